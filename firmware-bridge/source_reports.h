// What a source tells about itself: its state when that changes, its counts at most once a second.
//
// One thread. The functions return false once the source must stop.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "agent/core/clock.h"
#include "firmware-bridge/source.h"

namespace vitalgate::bridge {

class SourceReports {
 public:
  // `index`: position in settings.devices.
  explicit SourceReports(std::size_t index) : index_(index) {}

  bool state(const Emit& emit, SourceReport report);
  bool counts(const Emit& emit, const SourceCounts& counts);
  // Whether this was the last state told.
  [[nodiscard]] bool says(std::string_view what) const {
    return reported_ && reported_->what == what;
  }

 private:
  const std::size_t index_;
  std::optional<SourceReport> reported_;
  SourceCounts counted_;
  Clock::time_point counted_at_{};
};

}  // namespace vitalgate::bridge
