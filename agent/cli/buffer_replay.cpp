// vitalgate buffer replay: kept batches are delivered again, byte for byte. The receiver drops
// what it has: a replay cannot do harm.
#include <fmt/format.h>

#include "agent/cli/job.h"
#include "agent/cli/output.h"
#include "agent/time_text.h"

namespace vitalgate::cli {

using Json = nlohmann::json;

Exit replay_buffer(const Globals& globals, const ReplayOptions& options,
                   const std::string& config_file) {
  const WallTime now = wall_now();
  const auto from = parse_time(options.from, now);
  const auto to = parse_time(options.to, now);
  if (!from || !to)
    return fail(globals, Exit::usage,
                fmt::format("\"{}\" is no time", !from ? options.from : options.to),
                "2026-11-20T14:05 (local), 2026-11-20T13:05:00Z, 2h (ago) or now");
  if (*from > *to)
    return fail(globals, Exit::usage, "--from is after --to", "vitalgate buffer replay --help");
  Job job(globals, {.verb = BufferCommand::Verb::replay, .from = *from, .to = *to}, config_file);
  const Exit ended = job.follow(globals);
  if (ended != Exit::ok) return ended;
  Json report = job.result();
  if (globals.json) {
    report["schema"] = "vitalgate.replay/1";
    report["from"] = to_rfc3339(*from);
    report["to"] = to_rfc3339(*to);
    fmt::print("{}\n", report.dump());
  } else if (number(report, "batches") == 0) {
    fmt::print(
        "Nothing delivered of this time is kept (buffer.keep_sent); what waits is sent anyway.\n");
  } else if (!globals.quiet) {
    fmt::print("Waiting to be sent again: {} batches with {} readings\n",
               count(number(report, "batches")), count(number(report, "readings")));
  }
  return Exit::ok;
}

}  // namespace vitalgate::cli
