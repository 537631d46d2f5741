// The way in, part by part: decode, admit, write a contract row. buffer_bench.cpp goes on.

#include <benchmark/benchmark.h>

#include "agent/admission.h"
#include "firmware-bridge/serial/ansar_b.h"
#include "firmware-bridge/serial/driver.h"
#include "sync/buffer/buffer.h"

namespace vitalgate {
namespace {

using benchmark::State;

Arrival arrival_of(std::size_t readings) {
  Arrival arrival;
  arrival.device = "ivy-1";
  arrival.received = Stamp::now();
  for (std::size_t i = 0; i < readings; ++i)
    arrival.readings.push_back({.metric = config::metric::kHeartRateEcg,
                                .unit = config::unit::kPerMinute,
                                .value = Decimal::of(static_cast<std::int64_t>(60 + i % 100)),
                                .flags = {},
                                .raw = {},
                                .device_time = {}});
  return arrival;
}

void per_reading(State& state, std::size_t readings) {
  state.SetItemsProcessed(static_cast<std::int64_t>(readings) * state.iterations());
}

void BM_DecodeAnsarB(State& state) {
  const std::string text = "HR=1;80;ECG-II-DIAG;\rSPO2=1;100;PR=80 ;\rNIBP=4;121;75;92;80;;\r";
  const std::string frame =
      "\xff"
      "ANSAR-B " +
      std::string(400, 'w') + text + "\xfe";
  config::DeviceSettings device;
  device.driver = "ansar-b";
  const auto driver = bridge::make_driver(device);
  std::vector<Arrival> out;
  std::size_t readings = 0;
  for (auto _ : state) {
    out.clear();
    driver->feed(std::as_bytes(std::span(frame)), Stamp{}, out);
    readings += out.empty() ? 0 : out.front().readings.size();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(readings));
  state.SetBytesProcessed(static_cast<std::int64_t>(frame.size()) * state.iterations());
}
BENCHMARK(BM_DecodeAnsarB);

void BM_Admit(State& state) {
  config::Settings settings;
  settings.devices.emplace_back().id = "ivy-1";
  const Admission admission(settings);
  const Arrival arrival = arrival_of(1000);
  for (auto _ : state) {
    const auto* origin = admission.origin(arrival.device);
    for (const Reading& reading : arrival.readings)
      benchmark::DoNotOptimize(admission.judge(origin, arrival, reading));
  }
  per_reading(state, arrival.readings.size());
}
BENCHMARK(BM_Admit);

sync::Row row_of(const Arrival& arrival, const Reading& reading) {
  return {.metric = config::find(reading.metric),
          .device = arrival.device,
          .observed = arrival.received.wall,
          .received = arrival.received.wall,
          .value = &reading.value,
          .unit = reading.unit,
          .flags = {},
          .raw = {}};
}

void BM_WriteRow(State& state) {
  const Arrival arrival = arrival_of(1);
  const sync::RowWriter writer("clinic-042", Lane::vitals, "k7p3q9x2ab");
  std::string out;
  for (auto _ : state) {
    out.clear();
    writer.append(out, row_of(arrival, arrival.readings[0]), 93471, 0);
    benchmark::DoNotOptimize(out.data());
  }
  per_reading(state, 1);
}
BENCHMARK(BM_WriteRow);

}  // namespace
}  // namespace vitalgate
