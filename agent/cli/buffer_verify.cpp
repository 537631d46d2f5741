// vitalgate buffer verify: opens every stored segment, checks tag, chain and batch. Changes
// nothing.
#include <fmt/format.h>

#include "agent/cli/job.h"
#include "agent/cli/output.h"

namespace vitalgate::cli {
namespace {

using Json = nlohmann::json;

std::string counts_of(const Json& at) {
  return fmt::format("{} segments, {} readings, {} batches", count(number(at, "segments")),
                     count(number(at, "readings")), count(number(at, "batches")));
}

constexpr const char* kNextStep =
    "vitalgate buffer mend   (sets the damaged store aside and carries what is whole over)";

}  // namespace

Exit verify_buffer(const Globals& globals, const std::string& config_file) {
  Job job(globals, {.verb = BufferCommand::Verb::verify}, config_file);
  if (const auto& failure = job.failure())
    return fail(globals, failure->code, failure->what, failure->hint);
  std::vector<std::string> damages;
  const auto keep_damage = [&](const std::string& line) {
    const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (json.is_object()) damages.push_back(text(json, "damage"));
    return true;
  };
  const Exit ended =
      job.follow(globals, keep_damage, [](const Json& at) { return "verified " + counts_of(at); });
  if (ended != Exit::ok) return ended;
  const Exit verdict = damages.empty() ? Exit::ok : Exit::failure;
  if (globals.json) {
    Json report = job.result();
    report["schema"] = "vitalgate.verification/1";
    report["clean"] = damages.empty();
    report["damages"] = damages;
    fmt::print("{}\n", report.dump(-1, ' ', false, Json::error_handler_t::replace));
    return verdict;
  }
  for (const std::string& damage : damages) fmt::print("DAMAGED  {}\n", damage);
  if (damages.empty()) {
    if (!globals.quiet) fmt::print("Clean: {}.\n", counts_of(job.result()));
    return verdict;
  }
  return fail(globals, verdict,
              fmt::format("{} damage{} in {}", damages.size(), damages.size() == 1 ? "" : "s",
                          counts_of(job.result())),
              kNextStep);
}

}  // namespace vitalgate::cli
