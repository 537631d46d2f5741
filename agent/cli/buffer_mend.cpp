// vitalgate buffer mend: what verify found damaged is set aside, what is whole is carried into a
// new epoch, what is lost is declared to the hub. A store that is whole is left alone.
#include <fmt/format.h>

#include "agent/cli/job.h"
#include "agent/cli/output.h"

namespace vitalgate::cli {
namespace {

using Json = nlohmann::json;

void print(const Json& report) {
  if (number(report, "damages") == 0) {
    fmt::print("Nothing is damaged; nothing was changed.\n");
    return;
  }
  const Json lost = report.value("lost", Json::array());
  for (const Json& range : lost)
    fmt::print("LOST     {} {} to {} ({})\n", text(range, "stream_id"),
               count(number(range, "first_seq")), count(number(range, "last_seq")),
               text(range, "reason"));
  fmt::print("Mended: {}; now in epoch {}, the damaged store is kept beside it\n",
             lost.empty() ? "nothing is lost" : "the hub is told of what is lost",
             text(report, "epoch"));
}

}  // namespace

Exit mend_buffer(const Globals& globals, const std::string& config_file) {
  Job job(globals, {.verb = BufferCommand::Verb::mend}, config_file);
  const Exit ended = job.follow(
      globals, [](const std::string&) { return true; },
      [](const Json& at) { return "verified " + count(number(at, "readings")) + " readings"; });
  if (ended != Exit::ok) return ended;
  Json report = job.result();
  if (globals.json) {
    report["schema"] = "vitalgate.mending/1";
    fmt::print("{}\n", report.dump(-1, ' ', false, Json::error_handler_t::replace));
  } else {
    print(report);
  }
  return Exit::ok;
}

}  // namespace vitalgate::cli
