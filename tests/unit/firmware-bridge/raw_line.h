// A serial line without hardware: we are the device at its one end, and write byte by byte.
#pragma once

#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <span>
#include <string>
#include <utility>

#include "agent/core/check.h"
#include "tests/support/device_end.h"
#include "tests/unit/firmware-bridge/bytes.h"

namespace vitalgate::test {

class RawLine {
 public:
  RawLine() {
    const DeviceEnd end = open_device_end();
    master_ = end.fd;
    path_ = end.path;
  }
  RawLine(const RawLine&) = delete;
  RawLine& operator=(const RawLine&) = delete;
  ~RawLine() { unplug(); }

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] int master() const { return master_; }

  void unplug() {
    if (master_ >= 0) ::close(std::exchange(master_, -1));
  }

  void send(std::span<const std::byte> bytes) const {
    while (!bytes.empty()) {
      const ssize_t count = ::write(master_, bytes.data(), bytes.size());
      VG_CHECK(count > 0);
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
  }

  // What came within `patience`; as soon as something comes.
  [[nodiscard]] Bytes receive(std::chrono::milliseconds patience) const {
    pollfd line{master_, POLLIN, 0};
    if (::poll(&line, 1, static_cast<int>(patience.count())) <= 0) return {};
    Bytes bytes(256);
    const ssize_t count = ::read(master_, bytes.data(), bytes.size());
    bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return bytes;
  }

 private:
  int master_ = -1;
  std::string path_;
};

}  // namespace vitalgate::test
