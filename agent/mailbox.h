// Mailbox: lines on their way from a running command, on the core thread, to the client that
// asked for it, on the control thread.
//
// Bounded: the sender looks for room before it makes more, so a slow reader slows its command and
// nobody else. A reader that is gone has room for everything, which is then dropped.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace vitalgate {

class Mailbox {
 public:
  // `wake` tells the control thread that there is something; called from the core thread.
  explicit Mailbox(std::function<void()> wake = [] {}) : wake_(std::move(wake)) {}

  // The sender. Whole lines, each with its end; nothing comes after `last`.
  void put(std::string_view lines, bool last = false);
  [[nodiscard]] bool has_room() const;
  [[nodiscard]] bool is_abandoned() const;

  // The reader.
  std::string take();
  [[nodiscard]] bool has_ended() const;  // all is taken and nothing comes any more
  void abandon();

 private:
  const std::function<void()> wake_;
  mutable std::mutex mutex_;
  std::string lines_;
  bool last_ = false;
  bool abandoned_ = false;
};

}  // namespace vitalgate
