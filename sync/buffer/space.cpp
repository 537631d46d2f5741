#include "sync/buffer/space.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>

#include "agent/core/limits.h"

namespace vitalgate::sync {
namespace {

constexpr double kDayMs = 86'400'000.0;
constexpr std::int64_t kYoungMs = 60'000;
constexpr std::uint64_t kFloorBytes = 2'097'152;

}  // namespace

Space::Space(Disk& disk, std::filesystem::path directory, std::uint64_t max_bytes,
             std::uint64_t ballast_bytes)
    : disk_(&disk),
      directory_(std::move(directory)),
      file_(directory_ / "ballast"),
      max_(max_bytes),
      ballast_wanted_(ballast_bytes) {
  plan(max_);
}

void Space::plan(std::uint64_t bytes) {
  log_ = std::min<std::uint64_t>(limits::kWalBytesMax, bytes / 8);
  ballast_ = std::min(ballast_wanted_, bytes / 4);
  // A transaction that begins below the limit may carry the log beyond it: counted twice.
  quota_ = bytes - std::min(bytes, 2 * log_ + ballast_);
}

// A commit may need as much as the log has; below that, nothing new is taken in.
std::uint64_t Space::floor() const { return kFloorBytes + log_ / 4; }

void Space::look(Clock::time_point now) {
  looked_ = now;
  if (const auto free = disk_->free_bytes(directory_)) free_ = *free;
}

void Space::prepare(Clock::time_point now, std::uint64_t own_bytes) {
  const auto size = disk_->size(file_);
  look(now);
  if (free_ != UINT64_MAX) plan(std::min(max_, free_ + own_bytes + (size ? *size : 0)));
  ballast_in_ = ballast_ > 0 && size && *size >= ballast_;
  restore_ballast(now);
}

bool Space::has_room(Clock::time_point now) {
  if (!looked_ || now - *looked_ >= limits::kSpaceCheckInterval) look(now);
  // What the ballast gave back is for deleting, not for new readings.
  return free_ >= floor() + (ballast_out() ? ballast_ : 0);
}

bool Space::give_up_ballast() {
  if (!ballast_in_) return false;
  if (!disk_->remove(file_)) return false;
  ballast_in_ = false;
  looked_.reset();
  return true;
}

void Space::restore_ballast(Clock::time_point now) {
  if (ballast_in_ || ballast_ == 0) return;
  if (!looked_ || now - *looked_ >= limits::kSpaceCheckInterval) look(now);
  if (free_ < 2 * ballast_ + 2 * floor()) return;
  if (disk_->reserve(file_, ballast_)) {
    ballast_in_ = true;
    look(now);
  } else {
    static_cast<void>(disk_->remove(file_));
  }
}

void DayRate::add(std::uint64_t bytes, std::int64_t store_ms) {
  const double passed = static_cast<double>(std::max<std::int64_t>(0, store_ms - at_ms_));
  bytes_ = bytes_ * std::exp(-passed / kDayMs) + static_cast<double>(bytes);
  at_ms_ = std::max(at_ms_, store_ms);
}

std::optional<double> DayRate::per_day(std::int64_t store_ms) const {
  if (store_ms < kYoungMs) return std::nullopt;
  const double passed = static_cast<double>(std::max<std::int64_t>(0, store_ms - at_ms_));
  const double age = static_cast<double>(store_ms) / kDayMs;
  return bytes_ * std::exp(-passed / kDayMs) / (1 - std::exp(-age));
}

std::uint64_t device_bytes_written() {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/proc/self/io", "re"),
                                                             &std::fclose);
  if (file == nullptr) return 0;
  char line[128];
  unsigned long long bytes = 0;
  while (std::fgets(line, sizeof line, file.get()) != nullptr)
    if (std::sscanf(line, "write_bytes: %llu", &bytes) == 1) return bytes;
  return 0;
}

}  // namespace vitalgate::sync
