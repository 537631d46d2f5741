#include "firmware-bridge/feed/mllp_client.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace vitalgate::bridge {
namespace {

constexpr std::size_t kReadBytes = 16'384;
constexpr std::size_t kOwedMax = 64;
constexpr std::size_t kOutBytesMax = 65'536;  // then it is not read: it does not listen either

}  // namespace

bool MllpClient::listens() const { return out_.size() < kOutBytesMax && owed_.size() < kOwedMax; }

short MllpClient::events() const {
  const short in = !ended_ && heard_.empty() && listens() ? POLLIN : 0;
  return static_cast<short>(in | (out_.empty() ? 0 : POLLOUT));
}

bool MllpClient::receive() {
  std::array<std::byte, kReadBytes> buffer;
  const ssize_t count = ::recv(socket_.fd(), buffer.data(), buffer.size(), 0);
  if (count < 0) return errno == EAGAIN || errno == EINTR;
  const Stamp received = Stamp::now();
  if (count == 0) {
    ended_ = true;
    return true;
  }
  heard_at_ = Clock::now();
  std::vector<MllpMessage> messages;
  framer_.feed(std::span(buffer).first(static_cast<std::size_t>(count)), messages);
  for (MllpMessage& message : messages) heard_.push_back({std::move(message), received});
  return true;
}

std::optional<MllpClient::Heard> MllpClient::next() {
  if (!has_next()) return std::nullopt;
  Heard heard = std::move(heard_.front());
  heard_.pop_front();
  return heard;
}

bool MllpClient::send(std::uint64_t durable) {
  for (; !owed_.empty() && owed_.front().ticket <= durable; owed_.pop_front())
    out_.append(owed_.front().answer);
  while (!out_.empty()) {
    const ssize_t count = ::send(socket_.fd(), out_.data(), out_.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno == EAGAIN;
    out_.erase(0, static_cast<std::size_t>(count));
  }
  return true;
}

SourceCounts MllpClient::counts(bool closing) const {
  SourceCounts counts = framer_.counts();
  if (closing && framer_.is_inside()) ++counts.bad_frames;
  return counts;
}

}  // namespace vitalgate::bridge
