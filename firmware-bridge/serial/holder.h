// Who else has a device open: what a technician needs to know when a port is taken.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace vitalgate::bridge {

struct Holder {
  std::string name;  // as the kernel knows it, at most 15 characters
  pid_t pid = 0;
};

// Some other process that has the character device `device` open. Looks through /proc: processes
// that we may not look into are not found, so nothing does not mean nobody. A process that holds
// a pseudo-terminal master is passed over: it is the other end of the line, not a rival.
// Any thread; takes milliseconds.
std::optional<Holder> find_holder(dev_t device);

}  // namespace vitalgate::bridge
