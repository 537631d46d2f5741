// What a source tells about itself: its state when that changes, its counts at most once a second.
//
// One thread. The functions return false once the source must stop.
#pragma once

#include <cstddef>
#include <optional>

#include "agent/core/clock.h"
#include "firmware-bridge/source.h"

namespace vitalgate::bridge {

class SourceReports {
 public:
  // `index`: position in settings.devices.
  explicit SourceReports(std::size_t index) : index_(index) {}

  bool state(const Emit& emit, SourceReport report);
  bool counts(const Emit& emit, const SourceCounts& counts);

 private:
  const std::size_t index_;
  std::optional<SourceReport> reported_;
  SourceCounts counted_;
  Clock::time_point counted_at_{};
};

}  // namespace vitalgate::bridge
