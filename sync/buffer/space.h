// Space: how much the buffer may take, what the disk still has, and the ballast.
//
// The setting `buffer.max_disk` covers everything: readings, the write-ahead log, and the ballast,
// a file of blocks that a full disk cannot take. SQLite can neither delete nor empty its log on a
// disk without a free block; giving the ballast up makes both possible again.
// Not thread-safe: the buffer's thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "agent/core/clock.h"
#include "sync/buffer/buffer_types.h"
#include "sync/buffer/disk.h"

namespace vitalgate::sync {

class Space {
 public:
  Space(Disk& disk, std::filesystem::path directory, std::uint64_t max_bytes,
        std::uint64_t ballast_bytes);

  // Of `max_bytes`, or of the disk where that is smaller: what the database file, its log, and the
  // ballast may have.
  [[nodiscard]] std::uint64_t quota_bytes() const { return quota_; }
  [[nodiscard]] std::uint64_t log_bytes() const { return log_; }
  [[nodiscard]] std::uint64_t ballast_bytes() const { return ballast_; }

  // At start: looks at the disk, and makes the ballast where there is room for it. `own_bytes`:
  // what the buffer has on that disk already.
  void prepare(Clock::time_point now, std::uint64_t own_bytes);
  // Whether the disk has room for readings. Looks once a second.
  [[nodiscard]] bool has_room(Clock::time_point now);
  // Gives the ballast to the disk; false when it is out already.
  bool give_up_ballast();
  // Takes it back once the disk has room for it twice.
  void restore_ballast(Clock::time_point now);

  [[nodiscard]] std::uint64_t free_on_disk() const { return free_; }
  [[nodiscard]] bool ballast_out() const { return ballast_ > 0 && !ballast_in_; }

 private:
  void plan(std::uint64_t bytes);
  void look(Clock::time_point now);
  [[nodiscard]] std::uint64_t floor() const;

  Disk* disk_;
  std::filesystem::path directory_;
  std::filesystem::path file_;
  std::uint64_t max_ = 0, ballast_wanted_ = 0;
  std::uint64_t quota_ = 0, log_ = 0, ballast_ = 0;
  std::uint64_t free_ = UINT64_MAX;
  bool ballast_in_ = false;
  std::optional<Clock::time_point> looked_;
};

// The stored bytes of one day, as an average that forgets with a time constant of a day. `age_ms`
// is how long it has been kept: a young one is scaled up.
class DayRate {
 public:
  DayRate() = default;
  DayRate(double bytes, std::int64_t at_ms) : bytes_(bytes), at_ms_(at_ms) {}
  void add(std::uint64_t bytes, std::int64_t store_ms);
  [[nodiscard]] double bytes() const { return bytes_; }
  // Bytes a day; nothing in the first minute of a store.
  [[nodiscard]] std::optional<double> per_day(std::int64_t store_ms) const;

 private:
  double bytes_ = 0;
  std::int64_t at_ms_ = 0;
};

// Bytes that this process has sent to block devices, as the kernel counts them; 0 where it does
// not say.
std::uint64_t device_bytes_written();

}  // namespace vitalgate::sync
