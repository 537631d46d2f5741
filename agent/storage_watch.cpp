#include "agent/storage_watch.h"

#include <algorithm>

#include "agent/core/limits.h"
#include "agent/core/log.h"

namespace vitalgate {
namespace {

constexpr std::uint8_t bit(Lane lane) {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(lane));
}

std::string names_of(std::uint8_t lanes) {
  std::string names;
  for (const Lane lane : kLanes)
    if ((lanes & bit(lane)) != 0) names.append(names.empty() ? "" : ", ").append(name(lane));
  return names;
}

}  // namespace

StorageWatch::StorageWatch(sync::Buffer& buffer) : buffer_(buffer) { say_losses(); }

void StorageWatch::say_losses() {
  const auto& losses = buffer_.losses();
  // Salvage may have rewritten the list: what is then said twice is not left out.
  losses_said_ = std::min(losses_said_, losses.size());
  for (; losses_said_ < losses.size(); ++losses_said_) {
    const sync::Loss& loss = losses[losses_said_];
    log::error("buffer.lost", "readings will never be delivered; the hub is told",
               {{"stream", loss.stream_id},
                {"first_seq", loss.range.first},
                {"last_seq", loss.range.last},
                {"reason", loss.reason}});
  }
}

Result<> StorageWatch::failed(const Error& error, Clock::time_point now) {
  const bool news = problem_ != error.what;
  problem_ = error.what;
  hint_ = error.hint;
  if (error.code == Errc::unavailable) {
    if (news) log::error("buffer.stalled", error.what, {{"hint", error.hint}});
    return {};
  }
  log::error("buffer.failed", error.what, {{"hint", error.hint}});
  strikes_ = now - struck_ < limits::kStableAfter ? strikes_ + 1 : 1;
  struck_ = now;
  if (strikes_ >= limits::kStorageStrikesMax) return error;
  return {};
}

void StorageWatch::committed(std::size_t batches_dropped) {
  const auto full_disk = buffer_.disk_full();
  if (!full_disk && !problem_.empty())
    log::info("buffer.resumed", "the buffer can be written again");
  if (full_disk && problem_ != full_disk->what)
    log::error("buffer.stalled", full_disk->what, {{"hint", full_disk->hint}});
  problem_ = full_disk ? full_disk->what : "";
  hint_ = full_disk ? full_disk->hint : "";
  if (batches_dropped > 0)
    log::warning("buffer.dropped",
                 "the oldest of the lowest lane gave way, as buffer.when_full says",
                 {{"batches", batches_dropped}});
  say_losses();
  const std::uint8_t full = buffer_.stalled();
  if (full != full_lanes_) {
    if (full != 0)
      log::warning("buffer.lane_filled", "devices of these lanes are told to wait",
                   {{"lanes", names_of(full)}});
    else
      log::info("buffer.lane_resumed", "there is room again in every lane");
  }
  full_lanes_ = full;
}

Result<bool> StorageWatch::mend(Clock::time_point now) {
  if (!buffer_.needs_mending() || now < mend_at_) return false;
  mend_at_ = now + limits::kStorageRetryDelay;
  if (auto mended = buffer_.mend(now); !mended) {
    VG_TRY(failed(mended.error(), now));
    return false;
  }
  log::warning("buffer.mended", "the store was closed and opened again",
               {{"epoch", buffer_.epoch()}, {"reason", problem_}});
  problem_.clear();
  hint_.clear();
  say_losses();
  return true;
}

std::optional<Clock::time_point> StorageWatch::mend_at() const {
  if (!buffer_.needs_mending()) return std::nullopt;
  return mend_at_;
}

void StorageWatch::describe(BufferStatus& status) const {
  for (const Lane lane : kLanes)
    if ((full_lanes_ & bit(lane)) != 0) status.full_lanes.emplace_back(name(lane));
  if (!problem_.empty()) {
    status.storage = problem_;
    status.hint = hint_;
  } else if (buffer_.needs_mending()) {
    status.storage = "the store is being mended";
  } else if (full_lanes_ != 0) {
    const std::string lane = status.full_lanes.front();
    status.hint = "the lane " + names_of(full_lanes_) +
                  " has used its quota: bring the hub back, or raise buffer.max_disk or "
                  "buffer.quota_" +
                  lane;
  }
}

}  // namespace vitalgate
