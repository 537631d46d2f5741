// Port: one serial line, opened for us alone and read without waiting.
//
// Raw, 8 data bits, 1 stop bit, no flow control. With a parity, bytes that break it are left out:
// a driver then sees a short frame, never a wrong byte; pseudo-terminals have none. Closing gives
// the line free; the settings stay. One thread at a time.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "agent/core/result.h"
#include "config/settings.h"

namespace vitalgate::bridge {

class Port {
 public:
  // Opens the terminal device at `path`, following links. `baud` is one of the standard rates.
  // `parity` none, even or odd. What was received before is thrown away, except on a
  // pseudo-terminal.
  //
  // Errors, all with a hint: unavailable when there is no such device or another process has it
  // (is_held() tells the two apart), rejected when it is no serial port, rights are missing, or
  // it does not take the settings.
  static Result<Port> open(const std::string& path, std::uint32_t baud,
                           config::Parity parity = config::Parity::none);

  Port(Port&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), device_(other.device_), path_(std::move(other.path_)) {}
  Port& operator=(Port&& other) noexcept;
  ~Port();

  // For poll(): readable, or gone.
  [[nodiscard]] int fd() const { return fd_; }

  // As many bytes as there are; 0 when there are none now. Unavailable: unplugged.
  Result<std::size_t> read(std::span<std::byte> into);

  // As many bytes as the line takes now, which may be 0. Unavailable: unplugged.
  Result<std::size_t> write(std::span<const std::byte> bytes);

  // Whether the path still leads to the device that is open. An adapter that came back under
  // another number, or a link that was removed, counts as unplugged.
  [[nodiscard]] bool still_there() const;

 private:
  Port(int fd, dev_t device, std::string path) : fd_(fd), device_(device), path_(std::move(path)) {}

  int fd_;
  dev_t device_;
  std::string path_;
};

// Whether an Error of Port::open() says that another process has the port; its `what` is then
// "held by ModemManager (pid 611)".
bool is_held(const Error& error);

// "19200 baud 8O1"
std::string line_text(std::uint32_t baud, config::Parity parity);

}  // namespace vitalgate::bridge
