// vitalgate buffer compact: gives room that the store does not use back to the file system.
#include <fmt/format.h>

#include "agent/cli/job.h"
#include "agent/cli/output.h"

namespace vitalgate::cli {

using Json = nlohmann::json;

Exit compact_buffer(const Globals& globals, const std::string& config_file) {
  Job job(globals, {.verb = BufferCommand::Verb::compact}, config_file);
  const Exit ended = job.follow(
      globals, [](const std::string&) { return true; },
      [](const Json& at) { return "given back " + size(number(at, "bytes")); });
  if (ended != Exit::ok) return ended;
  Json report = job.result();
  if (globals.json) {
    report["schema"] = "vitalgate.compaction/1";
    fmt::print("{}\n", report.dump());
  } else if (!globals.quiet) {
    fmt::print("Given back to the file system: {}\n", size(number(report, "bytes")));
  }
  return Exit::ok;
}

}  // namespace vitalgate::cli
