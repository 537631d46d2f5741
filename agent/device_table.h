// What the core thread knows of each configured device: state, pace, counts.
#pragma once

#include <array>
#include <vector>

#include "agent/status.h"
#include "config/settings.h"
#include "firmware-bridge/source.h"

namespace vitalgate {

class DeviceTable {
 public:
  DeviceTable(const std::vector<config::DeviceSettings>& devices, Clock::time_point now);

  void on_report(std::size_t device, const bridge::SourceReport& report, Clock::time_point now);
  void on_counts(std::size_t device, const bridge::SourceCounts& counts);
  void on_readings(std::size_t device, std::size_t accepted, std::size_t held,
                   Clock::time_point now);

  // It is we who make this device wait, because its lane is full: until then it is not silent.
  void hold_back(std::size_t device, bool waits) { entries_.at(device).held_back = waits; }

  // Turns quiet devices silent and back; logs each change once. `paused`: it is us who make them
  // wait, because the buffer cannot be written; then nobody is called silent.
  void watch(Clock::time_point now, bool paused);

  [[nodiscard]] std::vector<DeviceStatus> status(Clock::time_point now) const;

 private:
  // Readings of the last minute, in buckets of a second.
  class Pace {
   public:
    void add(std::size_t readings, Clock::time_point now);
    [[nodiscard]] std::uint64_t per_minute(Clock::time_point now) const;

   private:
    struct Bucket {
      std::int64_t second = -1;
      std::uint64_t readings = 0;
    };
    std::array<Bucket, 60> buckets_{};
  };
  struct Entry {
    config::DeviceSettings settings;
    bridge::SourceReport report;
    bridge::SourceCounts counts;
    Clock::time_point since;  // of the last report
    std::optional<Clock::time_point> last;
    bool silent = false;
    bool held_back = false;
    std::uint64_t received = 0;
    std::uint64_t held = 0;
    Pace pace;
  };

  std::vector<Entry> entries_;
};

}  // namespace vitalgate
