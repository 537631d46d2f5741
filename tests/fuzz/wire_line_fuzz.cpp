// Both ends over a line whose faults are the input: every record is stored once, declared lost
// once, or was in a memory that faded; and when the line is good again all of it gets through.
//
// Input: four bytes say how bad things are, eight seed the chance, the rest is chance itself.
#include "tests/unit/firmware-bridge/wire/line_model.h"

#include <cstring>

#include "agent/core/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vitalgate::test;
  if (size < 12) return 0;
  std::uint64_t state = 0;
  std::memcpy(&state, data + 4, sizeof state);
  std::size_t at = 12;
  const Chance chance = [&](std::uint32_t bound) {
    state = state * 6364136223846793005 + 1442695040888963407;
    auto number = static_cast<std::uint32_t>(state >> 33);
    if (at < size) number = (number & ~0xFFU) | data[at++];
    return number % bound;
  };
  Faults faults;
  faults.drop = faults.flip = faults.twice = data[0] * 10U;
  faults.stall = data[0] / 4U;
  faults.swap = faults.repeat = data[1];
  faults.kill = data[2];
  faults.reset = data[3] / 2U;
  faults.fade = data[3] > 200 ? 50 : 0;
  faults.bytes_per_ms = 4 + data[1] % 64U;
  LineModel model(chance, faults);
  for (unsigned i = 0; i < 400; ++i) {
    if (chance(4) == 0) model.measure();
    model.tick();
  }
  VG_CHECK(model.settle(60'000));
  VG_CHECK(model.fault().empty());
  const LineModel::Account& account = model.account();
  if (faults.fade == 0) VG_CHECK(account.stored + account.lost == account.measured);
  VG_CHECK(account.stored + account.lost <= account.measured);
  return 0;
}
