#include "tests/support/pseudo_terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "tests/support/device_end.h"

namespace vitalgate::test {
namespace {

bool has_reader(int master) {
  pollfd state{master, 0, 0};
  return poll(&state, 1, 0) >= 0 && (state.revents & POLLHUP) == 0;
}

}  // namespace

PseudoTerminal::PseudoTerminal(std::filesystem::path link) : link_(std::move(link)) { connect(); }

PseudoTerminal::~PseudoTerminal() { unplug(); }

void PseudoTerminal::plug() {
  const std::lock_guard lock(mutex_);
  if (master_ < 0) connect();
}

void PseudoTerminal::unplug() {
  const std::lock_guard lock(mutex_);
  std::error_code ignored;  // somebody else removed it
  std::filesystem::remove(link_, ignored);
  disconnect();
}

void PseudoTerminal::connect() {
  const DeviceEnd end = open_device_end(O_NONBLOCK);
  // Made aside and renamed, so that a reader never sees the link half changed.
  const auto fresh = std::filesystem::path(link_.string() + ".new");
  std::filesystem::remove(fresh);
  std::filesystem::create_symlink(end.path, fresh);
  std::filesystem::rename(fresh, link_);
  disconnect();
  master_ = end.fd;
}

void PseudoTerminal::disconnect() {
  if (master_ >= 0) close(std::exchange(master_, -1));
  was_heard_ = false;
  rest_.clear();
}

void PseudoTerminal::tend() {
  const std::lock_guard lock(mutex_);
  if (master_ < 0) return;
  const bool heard_now = has_reader(master_);
  if (!heard_now && was_heard_) return connect();
  was_heard_ = heard_now;
}

bool PseudoTerminal::flush_rest() {
  if (rest_.empty()) return true;
  const ssize_t done = ::write(master_, rest_.data(), rest_.size());
  if (done > 0) rest_.erase(rest_.begin(), rest_.begin() + done);
  return rest_.empty();
}

bool PseudoTerminal::write(std::span<const std::uint8_t> frame) {
  const std::lock_guard lock(mutex_);
  if (master_ < 0 || !has_reader(master_)) {
    ++counts_.unheard;
    return false;
  }
  was_heard_ = true;
  const ssize_t done = flush_rest() ? ::write(master_, frame.data(), frame.size()) : 0;
  if (done <= 0) {
    ++counts_.discarded;
    return false;
  }
  // The kernel took a part: the rest goes first next time, as bytes on a wire cannot be taken back.
  rest_.assign(frame.begin() + done, frame.end());
  ++counts_.sent;
  return true;
}

bool PseudoTerminal::heard() const {
  const std::lock_guard lock(mutex_);
  return master_ >= 0 && has_reader(master_);
}

PseudoTerminal::Counts PseudoTerminal::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

}  // namespace vitalgate::test
