// vitalgate buffer rotate-key: a new data key for what is stored from now on.
#include <fmt/format.h>

#include "agent/cli/job.h"
#include "agent/cli/output.h"

namespace vitalgate::cli {

using Json = nlohmann::json;

Exit rotate_buffer_key(const Globals& globals, const std::string& config_file) {
  Job job(globals, {.verb = BufferCommand::Verb::rotate_key}, config_file);
  const Exit ended = job.follow(globals);
  if (ended != Exit::ok) return ended;
  Json report = job.result();
  if (globals.json) {
    report["schema"] = "vitalgate.rotation/1";
    fmt::print("{}\n", report.dump());
  } else if (!globals.quiet) {
    fmt::print("New readings are sealed with data key {}; {} of them still in use.\n",
               number(report, "key"), number(report, "data_keys"));
  }
  return Exit::ok;
}

}  // namespace vitalgate::cli
