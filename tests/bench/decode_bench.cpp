// Decoders: GATT values and bridge frames, beside the limits that the same memory sets.

#include <benchmark/benchmark.h>

#include <array>
#include <cstring>
#include <vector>

#include "firmware-bridge/gatt/characteristic.h"
#include "firmware-bridge/wire/frame.h"

namespace vitalgate::bridge {
namespace {

using benchmark::State;

// Values per second are readings per second: a rate, and as many RR intervals as the value has.
void decode_heart_rate(State& state, std::span<const std::uint8_t> value) {
  const gatt::Characteristic* heart_rate = gatt::find_characteristic(0x2A37);
  const gatt::Context context;
  std::vector<Reading> out;
  std::size_t readings = 0;
  for (auto _ : state) {
    out.clear();
    if (!heart_rate->decode(std::as_bytes(value), context, out)) state.SkipWithError("refused");
    benchmark::DoNotOptimize(out.data());
    readings += out.size();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(readings));
  state.counters["values"] =
      benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

void BM_GattHeartRate(State& state) {
  constexpr std::array<std::uint8_t, 2> kRate{0x06, 72};
  decode_heart_rate(state, kRate);
}
BENCHMARK(BM_GattHeartRate);

void BM_GattHeartRateWithTwoIntervals(State& state) {
  constexpr std::array<std::uint8_t, 6> kRate{0x16, 72, 0x0D, 0x03, 0x20, 0x03};
  decode_heart_rate(state, kRate);
}
BENCHMARK(BM_GattHeartRateWithTwoIntervals);

// Frames as a busy line has them, one behind the other: with zeros in them, or without.
std::vector<std::uint8_t> line_of(std::size_t body_bytes, bool zeros) {
  std::vector<std::uint8_t> line;
  std::vector<std::uint8_t> body(body_bytes);
  std::array<std::uint8_t, wire::kFrameMax> frame{};
  std::uint32_t noise = 1;
  for (int i = 0; i < 1000; ++i) {
    for (std::uint8_t& byte : body) {
      noise = noise * 1664525 + 1013904223;
      byte = static_cast<std::uint8_t>(noise >> 24U);
      if (!zeros && byte == 0) byte = 1;
    }
    const std::size_t size = wire::encode_frame({body.data(), body.size()}, frame.data());
    line.insert(line.end(), frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size));
  }
  return line;
}

void BM_WireFrames(State& state) {
  const auto line = line_of(static_cast<std::size_t>(state.range(0)), state.range(1) != 0);
  wire::Deframer deframer;
  std::uint64_t sum = 0;
  for (auto _ : state)
    deframer.feed({line.data(), line.size()}, [&](wire::Bytes body) { sum += body.data[0]; });
  benchmark::DoNotOptimize(sum);
  if (deframer.bad() > 0) state.SkipWithError("a frame was refused");
  state.SetBytesProcessed(static_cast<std::int64_t>(line.size()) * state.iterations());
}
BENCHMARK(BM_WireFrames)
    ->ArgNames({"body", "zeros"})
    ->Args({40, 1})
    ->Args({250, 1})
    ->Args({250, 0});

// What the same bytes cost when they are only copied: the limit of any decoder.
void BM_CopyOfTheSameBytes(State& state) {
  const auto line = line_of(250, true);
  std::vector<std::uint8_t> copy(line.size());
  for (auto _ : state) {
    std::memcpy(copy.data(), line.data(), line.size());
    benchmark::DoNotOptimize(copy.data());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(line.size()) * state.iterations());
}
BENCHMARK(BM_CopyOfTheSameBytes);

}  // namespace
}  // namespace vitalgate::bridge
