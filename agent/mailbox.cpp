#include "agent/mailbox.h"

#include <utility>

#include "agent/core/limits.h"

namespace vitalgate {

void Mailbox::put(std::string_view lines, bool last) {
  {
    const std::scoped_lock lock(mutex_);
    if (abandoned_ || last_) return;
    lines_.append(lines);
    last_ = last;
  }
  wake_();
}

bool Mailbox::has_room() const {
  const std::scoped_lock lock(mutex_);
  return abandoned_ || lines_.size() < limits::kMailboxBytesMax;
}

bool Mailbox::is_abandoned() const {
  const std::scoped_lock lock(mutex_);
  return abandoned_;
}

std::string Mailbox::take() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(lines_, {});
}

bool Mailbox::has_ended() const {
  const std::scoped_lock lock(mutex_);
  return last_ && lines_.empty();
}

void Mailbox::abandon() {
  const std::scoped_lock lock(mutex_);
  abandoned_ = true;
  lines_.clear();
}

}  // namespace vitalgate
