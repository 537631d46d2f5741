#include "agent/cli/connection.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "agent/cli/interrupt.h"
#include "agent/core/limits.h"

namespace vitalgate::cli {
namespace {

using Json = nlohmann::json;

Connection::Failure unreachable(const std::string& socket, int code) {
  if (code == EACCES)
    return {Exit::forbidden, "you may not open " + socket,
            "sudo usermod -aG vitalgate $USER, then log in again"};
  const bool stopped = code == ENOENT || code == ECONNREFUSED;
  return {Exit::unreachable,
          "cannot reach vitalgated on " + socket + ": " +
              (stopped ? "the service is stopped" : std::strerror(code)),
          "sudo systemctl start vitalgated   (or name its socket: --socket PATH)"};
}

std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

Connection::Connection(const Globals& globals, const Json& question) {
  open(globals.socket);
  if (!failure_) request(question);
}

Connection::~Connection() {
  if (fd_ >= 0) ::close(fd_);
}

void Connection::open(const std::string& socket) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket.size() >= sizeof address.sun_path) {
    failure_ = Failure{Exit::usage, "the socket path is longer than 107 characters", ""};
    return;
  }
  std::memcpy(address.sun_path, socket.data(), socket.size());
  fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval deadline{limits::kControlDeadline.count(), 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &deadline, sizeof deadline);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    failure_ = unreachable(socket, errno);
  else
    reached_ = true;
}

void Connection::request(const Json& question) {
  const std::string text = question.dump() + "\n";
  const bool sent =
      ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  const auto reply = sent ? line() : std::nullopt;
  const Json json = reply ? Json::parse(*reply, nullptr, /*allow_exceptions=*/false) : Json();
  if (!json.is_object()) {
    failure_ = Failure{Exit::unreachable, "vitalgated does not answer",
                       "it may be busy: try again, then sudo systemctl restart vitalgated"};
    return;
  }
  const auto ok = json.find("ok");
  if (ok != json.end() && ok->is_boolean() && ok->get<bool>()) {
    const auto found = json.find("body");
    if (found != json.end()) body_ = *found;
    // From here on waiting is normal: a quiet clinic sends nothing.
    const timeval none{0, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &none, sizeof none);
    return;
  }
  const auto code = json.find("code");
  const int number = code != json.end() && code->is_number_integer() ? code->get<int>() : 1;
  failure_ = Failure{static_cast<Exit>(number), text_of(json, "what"), text_of(json, "hint")};
}

std::optional<std::string> Connection::line() {
  for (;;) {
    if (const auto end = in_.find('\n'); end != std::string::npos) {
      std::string found = in_.substr(0, end);
      in_.erase(0, end + 1);
      return found;
    }
    if (in_.size() > limits::kControlReplyBytesMax) return std::nullopt;
    std::array<char, 16384> bytes{};
    const ssize_t count = ::recv(fd_, bytes.data(), bytes.size(), 0);
    if (count < 0 && errno == EINTR && !was_interrupted()) continue;
    if (count <= 0) return std::nullopt;
    in_.append(bytes.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace vitalgate::cli
