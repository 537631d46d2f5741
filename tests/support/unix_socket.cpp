#include "tests/support/unix_socket.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "tests/support/failure.h"
#include "tests/support/poll.h"

namespace vitalgate::test {

int connect_unix(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string text = path.string();
  if (text.size() >= sizeof address.sun_path) throw Failure("too long: " + text, "");
  std::memcpy(address.sun_path, text.c_str(), text.size());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool connected =
      fd >= 0 &&
      poll_until(
          [&] { return ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0; },
          std::chrono::seconds(10));
  if (connected) return fd;
  if (fd >= 0) ::close(fd);
  throw Failure("nobody listens on " + text, "look at the log of the program that should");
}

}  // namespace vitalgate::test
