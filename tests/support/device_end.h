// The device's end of a new pseudo-terminal, in raw mode.
#pragma once

#include <string>

namespace vitalgate::test {

struct DeviceEnd {
  int fd = -1;       // the master; the caller closes it
  std::string path;  // what the reader opens; nobody has it open yet
};

// `flags` go to open() beside O_RDWR, O_NOCTTY and O_CLOEXEC. Throws Failure.
DeviceEnd open_device_end(int flags = 0);

}  // namespace vitalgate::test
