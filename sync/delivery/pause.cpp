#include "sync/delivery/pause.h"

#include <algorithm>

#include "agent/core/limits.h"

namespace vitalgate::sync {

Pause::Pause(std::chrono::milliseconds busy_max, std::uint64_t seed)
    : backoff_(limits::kBackoffMin,
               std::max<std::chrono::milliseconds>(busy_max, limits::kBackoffMin), seed),
      alarm_max_(busy_max < limits::kAlarmPauseMin ? Clock::duration(busy_max)
                                                   : Clock::duration(limits::kAlarmPauseMax)) {}

void Pause::begin(Why why, Clock::time_point until, std::string what, std::string hint) {
  why_ = why;
  until_ = until;
  is_over_ = false;
  probe_.reset();
  probes_ = 0;
  what_ = std::move(what);
  hint_ = std::move(hint);
}

void Pause::open() {
  why_ = Why::none;
  probe_.reset();
  what_.clear();
  hint_.clear();
  alarms_ = 0;
  backoff_.reset();
}

void Pause::busy(BatchKey key, Clock::time_point now,
                 std::optional<std::chrono::seconds> retry_after, std::string what,
                 std::string hint) {
  std::optional<Clock::duration> asked;
  if (retry_after)
    asked = std::clamp<std::chrono::seconds>(*retry_after, {}, limits::kRetryAfterMax);
  const bool of_probe = probe_ == key;
  if (is_open() || of_probe) {
    // Who has to act is not forgotten because the peer is busy as well.
    const bool alarmed = why_ == Why::unauthorised || why_ == Why::refuses_everything;
    const Clock::duration wait = asked.value_or(backoff_.next());
    if (alarmed)
      begin(why_, now + wait, what_, hint_);
    else
      begin(Why::busy, now + wait, std::move(what), std::move(hint));
  } else if (asked && !is_over_) {
    until_ = std::max(until_, now + *asked);  // of the same window as the first refusal
  }
}

void Pause::alarm(Why why, BatchKey key, Clock::time_point now, std::string what,
                  std::string hint) {
  const bool more_of_the_same = why_ == why && probe_ != key;
  if (more_of_the_same) return;
  const auto wait =
      std::min<Clock::duration>(alarm_max_, limits::kAlarmPauseMin * (1 << std::min(alarms_, 10U)));
  ++alarms_;
  begin(why, now + wait, std::move(what), std::move(hint));
}

void Pause::took(BatchKey key) {
  if (probe_ == key && why_ != Why::refuses_everything) open();
}

void Pause::accepted(BatchKey key, bool clears_it) {
  if (probe_ == key || (clears_it && why_ == Why::refuses_everything)) open();
}

void Pause::refused(BatchKey key) {
  if (probe_ != key) return;
  if (why_ == Why::refuses_everything)
    probe_.reset();
  else
    open();
}

}  // namespace vitalgate::sync
