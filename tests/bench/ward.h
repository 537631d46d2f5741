// Readings as a ward has them, and a buffer to put them into.
#pragma once

#include <array>
#include <filesystem>
#include <string>

#include "agent/core/reading.h"
#include "sync/batch/row_writer.h"
#include "sync/buffer/buffer_types.h"
#include "tests/support/key_file.h"

namespace vitalgate::bench {

inline sync::BufferOptions options_in(const std::filesystem::path& directory) {
  sync::BufferOptions options;
  options.directory = directory / "state";
  options.gateway = "clinic-042";
  options.site = "site-17";
  options.agent_version = "1.0.0";
  options.config_version = 1;
  options.destinations = {"hub"};
  options.max_disk_bytes = 16'000'000'000;
  options.keys.reference = test::write_key(directory / "buffer.key");
  return options;
}

// Twelve devices, four metrics, values and times that move.
class Ward {
 public:
  // Valid until the next call.
  sync::Row next() {
    static constexpr std::array kMetrics{config::metric::kHeartRateEcg, config::metric::kSpo2,
                                         config::metric::kPulseRateOximeter,
                                         config::metric::kRespiratoryRate};
    ++count_;
    device_ = "monitor-bay-" + std::to_string(count_ % 12);
    const auto* metric = config::find(kMetrics[count_ / 12 % kMetrics.size()]);
    value_ = Decimal::of(static_cast<std::int64_t>(60 + count_ * 7919 % 61));
    const WallTime at = start_ + std::chrono::milliseconds(count_ * 83);
    return {.metric = metric,
            .device = device_,
            .observed = at,
            .received = at + std::chrono::milliseconds(count_ * 31 % 97),
            .value = &value_,
            .unit = metric->unit,
            .flags = {},
            .raw = {}};
  }

 private:
  std::uint64_t count_ = 0;
  std::string device_;
  Value value_;
  WallTime start_ = wall_now();
};

}  // namespace vitalgate::bench
