#include "tests/support/mllp_end.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "tests/support/network.h"

namespace vitalgate::test {

bool MllpEnd::connect() {
  if (fd_ >= 0) return true;
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port_);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return true;
  hang_up();
  return false;
}

void MllpEnd::hang_up() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

std::optional<std::string> MllpEnd::exchange(std::string_view message, Milliseconds timeout) {
  if (!connect()) return std::nullopt;
  const std::string framed = std::string("\x0b").append(message).append("\x1c\r");
  if (::send(fd_, framed.data(), framed.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(framed.size())) {
    hang_up();
    return std::nullopt;
  }
  const auto deadline = Clock::now() + timeout;
  std::string answer;
  while (answer.find("\x1c\r") == std::string::npos) {
    const auto left = std::chrono::ceil<Milliseconds>(deadline - Clock::now()).count();
    pollfd watched{fd_, POLLIN, 0};
    std::array<char, 4096> bytes{};
    if (left <= 0 || ::poll(&watched, 1, static_cast<int>(left)) <= 0) {
      hang_up();  // an answer that comes later must not be taken for another message's
      return std::nullopt;
    }
    const ssize_t count = ::recv(fd_, bytes.data(), bytes.size(), 0);
    if (count <= 0) {
      hang_up();
      return std::nullopt;
    }
    answer.append(bytes.data(), static_cast<std::size_t>(count));
  }
  return answer;
}

std::string acknowledgement_code(const std::string& answer) {
  const auto at = answer.find("\rMSA|");
  return at == std::string::npos ? std::string() : answer.substr(at + 5, 2);
}

}  // namespace vitalgate::test
