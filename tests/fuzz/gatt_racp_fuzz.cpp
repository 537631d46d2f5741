// The record access procedure: any conversation ends, and nothing is deleted.
//
// Input: a list of steps, a byte each: the low three bits choose, an indication takes its length
// from the upper bits and its bytes from what follows.
#include <algorithm>
#include <cstdint>
#include <span>

#include "agent/core/check.h"
#include "firmware-bridge/gatt/racp.h"

namespace vitalgate::bridge::gatt {
namespace {

void check_command(const Result<std::vector<std::byte>>& command) {
  if (!command) return;
  VG_CHECK(command->size() >= 2 && command->size() <= 5);
  VG_CHECK((*command)[0] != std::byte{2});  // never a deletion
}

void check_step(const RacpStep& step, const RacpProcedure& procedure, bool was_running) {
  const bool ended = step.what == RacpStep::What::done || step.what == RacpStep::What::failed;
  VG_CHECK(ended == (was_running && !procedure.is_running()));
  VG_CHECK((step.what == RacpStep::What::write) == !step.bytes.empty());
  VG_CHECK((step.what == RacpStep::What::failed) == !step.reason.empty());
  VG_CHECK(procedure.deadline().has_value() == procedure.is_running());
}

void run(std::span<const std::byte> script) {
  RacpProcedure procedure;
  Clock::time_point now{};
  while (!script.empty()) {
    const auto step = std::to_integer<unsigned>(script[0]);
    script = script.subspan(1);
    const bool running = procedure.is_running();
    switch (step & 7U) {
      case 0:
        check_command(procedure.report_all(now));
        break;
      case 1:
        check_command(procedure.report_since(static_cast<std::uint16_t>(step << 4U), now));
        break;
      case 2:
        check_command(procedure.count_all(now));
        break;
      case 3:
        VG_CHECK(!procedure.delete_all(now));
        break;
      case 4:
        check_command(procedure.abort(now));
        break;
      case 5: {
        const auto length = std::min<std::size_t>(step >> 3U, script.size());
        check_step(procedure.indicated(script.first(length), now), procedure, running);
        script = script.subspan(length);
        break;
      }
      case 6:
        procedure.notified(now);
        break;
      default:
        now += std::chrono::seconds(step >> 3U);
        check_step(procedure.at(now), procedure, running);
    }
  }
  // Silence ends everything: an abort, and then no answer to it.
  for (int i = 0; i < 2 && procedure.is_running(); ++i) {
    now = *procedure.deadline();
    check_step(procedure.at(now), procedure, /*was_running=*/true);
  }
  VG_CHECK(!procedure.is_running());
}

}  // namespace
}  // namespace vitalgate::bridge::gatt

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  vitalgate::bridge::gatt::run(std::as_bytes(std::span(data, size)));
  return 0;
}
