#include "agent/device_table.h"

#include "agent/core/log.h"

namespace vitalgate {
namespace {

constexpr int kSilentAfterMissed = 3;  // cadences

std::int64_t second_of(Clock::time_point now) {
  return std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
}

// Where its data comes from: a port, or an address that is listened on.
std::string_view place_of(const config::DeviceSettings& settings) {
  return settings.port.empty() ? settings.listen : settings.port;
}

std::string_view word(bridge::SourceState state) {
  switch (state) {
    case bridge::SourceState::waiting:
      return "waiting";
    case bridge::SourceState::held:
      return "held";
    case bridge::SourceState::refused:
      return "refused";
    case bridge::SourceState::connected:
      return "connected";
  }
  return "";
}

}  // namespace

void DeviceTable::Pace::add(std::size_t readings, Clock::time_point now) {
  const std::int64_t second = second_of(now);
  Bucket& bucket = buckets_.at(static_cast<std::size_t>(second % 60));
  if (bucket.second != second) bucket = {second, 0};
  bucket.readings += readings;
}

std::uint64_t DeviceTable::Pace::per_minute(Clock::time_point now) const {
  const std::int64_t oldest = second_of(now) - 59;
  std::uint64_t sum = 0;
  for (const Bucket& bucket : buckets_)
    if (bucket.second >= oldest) sum += bucket.readings;
  return sum;
}

DeviceTable::DeviceTable(const std::vector<config::DeviceSettings>& devices,
                         Clock::time_point now) {
  for (const config::DeviceSettings& device : devices)
    entries_.push_back({.settings = device,
                        .report = {bridge::SourceState::waiting, "starting", ""},
                        .counts = {},
                        .since = now,
                        .last = {},
                        .pace = {}});
}

void DeviceTable::on_report(std::size_t device, const bridge::SourceReport& report,
                            Clock::time_point now) {
  Entry& entry = entries_.at(device);
  entry.report = report;
  entry.since = now;
  entry.silent = false;
  if (report.state == bridge::SourceState::connected)
    log::info("device.connected", "its port or address is open",
              {{"device", entry.settings.id}, {"port", place_of(entry.settings)}});
  else
    log::warning(
        "device.disconnected", report.what,
        {{"device", entry.settings.id}, {"port", place_of(entry.settings)}, {"hint", report.hint}});
}

void DeviceTable::on_counts(std::size_t device, const bridge::SourceCounts& counts) {
  Entry& entry = entries_.at(device);
  if (counts.bad_frames > entry.counts.bad_frames)
    log::warning("device.frame_refused", "bytes that were no valid frame were left out",
                 {{"device", entry.settings.id},
                  {"bad_frames", counts.bad_frames},
                  {"skipped_bytes", counts.skipped_bytes}});
  entry.counts = counts;
}

void DeviceTable::on_readings(std::size_t device, std::size_t accepted, std::size_t held,
                              Clock::time_point now) {
  Entry& entry = entries_.at(device);
  entry.last = now;
  entry.received += accepted + held;
  entry.held += held;
  entry.pace.add(accepted + held, now);
}

void DeviceTable::watch(Clock::time_point now, bool paused) {
  for (Entry& entry : entries_) {
    if (paused || entry.held_back) entry.since = now;
    const bool connected = entry.report.state == bridge::SourceState::connected;
    const auto since = entry.last ? std::max(*entry.last, entry.since) : entry.since;
    const bool silent = connected && now - since > entry.settings.expect_every * kSilentAfterMissed;
    if (silent == entry.silent) continue;
    entry.silent = silent;
    if (silent)
      log::warning("device.silent", "nothing was received for three cadences",
                   {{"device", entry.settings.id}});
    else
      log::info("device.resumed", "readings arrive again", {{"device", entry.settings.id}});
  }
}

std::vector<DeviceStatus> DeviceTable::status(Clock::time_point now) const {
  std::vector<DeviceStatus> all;
  for (const Entry& entry : entries_) {
    DeviceStatus status{.id = entry.settings.id,
                        .driver = entry.settings.driver,
                        .port = std::string(place_of(entry.settings)),
                        .state = std::string(word(entry.report.state)),
                        .detail = entry.report.what,
                        .hint = entry.report.hint,
                        .last = entry.last,
                        .per_minute = entry.pace.per_minute(now),
                        .received = entry.received,
                        .quarantined = entry.held,
                        .bad_frames = entry.counts.bad_frames,
                        .skipped_bytes = entry.counts.skipped_bytes};
    if (entry.silent) {
      status.state = "silent";
      status.detail = entry.settings.listen.empty() ? "the port is open and nothing usable arrives"
                                                    : "nothing usable arrives";
      status.hint =
          entry.settings.listen.empty()
              ? "check the cable, that the monitor is on, its output setting and device.baud"
              : "check the sender's address and port, and what it logs";
    }
    all.push_back(std::move(status));
  }
  return all;
}

}  // namespace vitalgate
