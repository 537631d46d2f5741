// Pause: when a destination that does not take what it is sent is left alone, and what it takes to
// trust it again. Pure.
//
// While it is paused nothing is sent; then one batch goes as a probe, and nothing else until it
// has ended. Its success opens the window, a refusal for the same reason makes the next pause
// longer.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "agent/core/backoff.h"
#include "agent/core/clock.h"
#include "sync/batch/stream.h"

namespace vitalgate::sync {

class Pause {
 public:
  enum class Why : std::uint8_t {
    none,
    busy,                // the peer is overloaded: full jitter, 1 s to `busy_max`
    unauthorised,        // a person must act: 30 s to 15 min, or at most `busy_max` if that is less
    refuses_everything,  // no reading was accepted: the same
  };

  Pause(std::chrono::milliseconds busy_max, std::uint64_t seed);

  // The peer did not take `key`. What it asked for (`retry_after`, at most an hour) wins.
  void busy(BatchKey key, Clock::time_point now, std::optional<std::chrono::seconds> retry_after,
            std::string what, std::string hint);
  // `key` was refused for a reason that a person must mend. Why::unauthorised or
  // refuses_everything.
  void alarm(Why why, BatchKey key, Clock::time_point now, std::string what, std::string hint);

  // Whether anything may be sent now: all is well, or a probe is due.
  [[nodiscard]] bool lets_send(Clock::time_point now) {
    is_over_ = is_over_ || now >= until_;
    return is_open() || (is_over_ && !probe_);
  }
  // What is sent while not open is the probe.
  void sent(BatchKey key) {
    if (is_open()) return;
    probe_ = key;
    ++probes_;
  }
  // The transport took it.
  void took(BatchKey key);
  // The peer accepted readings. `clears_it`: some that it was sent after those that it refused.
  void accepted(BatchKey key, bool clears_it);
  // The peer looked at it and refused its content: neither busy nor locked.
  void refused(BatchKey key);
  // It ended without a word: another may go.
  void ended(BatchKey key) {
    if (probe_ == key) probe_.reset();
  }

  [[nodiscard]] bool is_open() const { return why_ == Why::none; }
  [[nodiscard]] Why why() const { return why_; }
  // When the first probe will be due; nothing when that has come, and while open.
  [[nodiscard]] std::optional<Clock::time_point> until() const {
    return is_open() || is_over_ ? std::nullopt : std::optional(until_);
  }
  // Since the last pause began.
  [[nodiscard]] unsigned probes() const { return probes_; }
  [[nodiscard]] const std::string& what() const { return what_; }
  [[nodiscard]] const std::string& hint() const { return hint_; }

 private:
  void begin(Why why, Clock::time_point until, std::string what, std::string hint);
  void open();

  Why why_ = Why::none;
  Clock::time_point until_{};
  bool is_over_ = false;  // the waiting; probes are due
  std::optional<BatchKey> probe_;
  unsigned probes_ = 0;
  std::string what_, hint_;
  Backoff backoff_;
  Clock::duration alarm_max_;
  unsigned alarms_ = 0;  // in a row
};

}  // namespace vitalgate::sync
