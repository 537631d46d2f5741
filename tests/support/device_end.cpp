#include "tests/support/device_end.h"

#include <fcntl.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "tests/support/failure.h"

namespace vitalgate::test {
namespace {

Failure no_terminal(const std::string& why) {
  return {"cannot make a pseudo-terminal: " + why + ": " + std::generic_category().message(errno),
          "in a container, mount devpts: mount -t devpts devpts /dev/pts"};
}

// Opened and closed once: from then on the kernel tells whether somebody has it open.
bool make_raw(const char* path) {
  const int reader = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (reader < 0) return false;
  termios settings{};
  tcgetattr(reader, &settings);
  cfmakeraw(&settings);
  tcsetattr(reader, TCSANOW, &settings);
  close(reader);
  return true;
}

}  // namespace

DeviceEnd open_device_end(int flags) {
  const int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | flags);
  if (master < 0) throw no_terminal("posix_openpt");
  char name[64] = {};
  if (grantpt(master) != 0 || unlockpt(master) != 0 || ptsname_r(master, name, sizeof name) != 0 ||
      !make_raw(name)) {
    const Failure failure = no_terminal(name);
    close(master);
    throw failure;
  }
  return {master, name};
}

}  // namespace vitalgate::test
