// vitalgate buffer erase: destroys the keys of the store and then the store, for ever.
#include <fmt/format.h>

#include "agent/cli/job.h"
#include "agent/cli/output.h"

namespace vitalgate::cli {

using Json = nlohmann::json;

Exit erase_buffer(const Globals& globals, const EraseOptions& options,
                  const std::string& config_file) {
  Job job(globals,
          {.verb = BufferCommand::Verb::erase,
           .confirm = options.confirm,
           .force = options.even_unsent},
          config_file);
  const Exit ended = job.follow(globals);
  if (ended != Exit::ok) return ended;
  Json report = job.result();
  if (globals.json) {
    report["schema"] = "vitalgate.erased/1";
    fmt::print("{}\n", report.dump());
    return Exit::ok;
  }
  fmt::print("Erased: epoch {}, {} readings stored in it, {} of them at no hub\n",
             text(report, "epoch"), count(number(report, "stored")),
             count(number(report, "waiting")));
  fmt::print("Record: {}\n", text(report, "record"));
  if (job.is_by_daemon())
    fmt::print("vitalgated has ended; its service manager may start it with an empty store.\n");
  fmt::print("Still to do: destroy the key-encryption key too (the record says why).\n");
  return Exit::ok;
}

}  // namespace vitalgate::cli
