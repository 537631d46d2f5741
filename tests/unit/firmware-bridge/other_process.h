// Another process that has a serial port open.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "agent/core/check.h"
#include "tests/unit/firmware-bridge/raw_line.h"

namespace vitalgate::test {

class OtherProcess {
 public:
  enum class Way { opens, opens_and_locks, is_the_other_end };

  // Has it open when the constructor returns.
  OtherProcess(const RawLine& line, Way way) {
    int ready[2];
    VG_CHECK(::pipe(ready) == 0);
    pid_ = ::fork();
    VG_CHECK(pid_ >= 0);
    if (pid_ == 0) {
      if (way != Way::is_the_other_end) ::close(line.master());
      const int fd = ::open(line.path().c_str(), O_RDWR | O_NOCTTY);
      if (way == Way::opens_and_locks) ::flock(fd, LOCK_EX);
      if (fd >= 0 && ::write(ready[1], "!", 1) == 1) ::pause();
      ::_exit(1);
    }
    char byte = 0;
    ::close(ready[1]);
    VG_CHECK(::read(ready[0], &byte, 1) == 1);
    ::close(ready[0]);
  }
  OtherProcess(const OtherProcess&) = delete;
  OtherProcess& operator=(const OtherProcess&) = delete;
  ~OtherProcess() { end(); }

  void end() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

  // "held by NAME (pid N)", with the name that the kernel shows for it.
  [[nodiscard]] std::string held_by() const {
    std::ifstream file("/proc/" + std::to_string(pid_) + "/comm");
    std::string name;
    std::getline(file, name);
    return "held by " + name + " (pid " + std::to_string(pid_) + ")";
  }

 private:
  pid_t pid_ = 0;
};

}  // namespace vitalgate::test
