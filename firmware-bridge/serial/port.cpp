#include "firmware-bridge/serial/port.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <system_error>

#include "firmware-bridge/serial/holder.h"

namespace vitalgate::bridge {
namespace {

constexpr std::string_view kHeldBy = "held by ";

struct Rate {
  std::uint32_t baud;
  speed_t speed;
};
constexpr std::array<Rate, 15> kRates{{{300, B300},
                                       {600, B600},
                                       {1200, B1200},
                                       {2400, B2400},
                                       {4800, B4800},
                                       {9600, B9600},
                                       {19200, B19200},
                                       {38400, B38400},
                                       {57600, B57600},
                                       {115200, B115200},
                                       {230400, B230400},
                                       {460800, B460800},
                                       {500000, B500000},
                                       {576000, B576000},
                                       {921600, B921600}}};

std::optional<speed_t> speed_of(std::uint32_t baud) {
  for (const Rate& rate : kRates)
    if (rate.baud == baud) return rate.speed;
  return std::nullopt;
}

// Linux gives the slaves of pseudo-terminals these device numbers.
bool is_pseudo_terminal(dev_t device) { return major(device) >= 136 && major(device) <= 143; }

Error no_port(const std::string& path) {
  return {Errc::unavailable, "no such port: " + path,
          "plug the device in, then look for its name: ls -l /dev/serial/by-id"};
}

Error no_serial_port(const std::string& path) {
  return {Errc::rejected, "not a serial port: " + path,
          "look for the right name: ls -l /dev/serial/by-id"};
}

Error unplugged() { return {Errc::unavailable, "unplugged", "plug the device in again"}; }

Error held_by(const Holder& holder) {
  const bool modem_manager = holder.name == "ModemManager";
  return {Errc::unavailable,
          std::string(kHeldBy) + holder.name + " (pid " + std::to_string(holder.pid) + ")",
          modem_manager ? "Try: sudo systemctl stop ModemManager"
                        : "Try: stop that program, or give this device another port (device.port)"};
}

Error held(const std::string& path, dev_t device) {
  if (const auto holder = find_holder(device)) return held_by(*holder);
  return {Errc::unavailable, std::string(kHeldBy) + "another process",
          "Try: sudo fuser -v " + path};
}

Error open_failure(int error, const std::string& path, dev_t device) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ENXIO:
    case ENODEV:
    case EIO:  // a pseudo-terminal whose other end is closed, an adapter on its way out
      return no_port(path);
    case EBUSY:
      return held(path, device);
    case EACCES:
    case EPERM:
      return {Errc::rejected, "no right to open " + path,
              "Try: sudo usermod -aG dialout vitalgated"};
    default:
      return {Errc::unavailable, std::generic_category().message(error) + ": " + path, {}};
  }
}

void set_parity(termios& line, config::Parity parity) {
  line.c_cflag &= static_cast<tcflag_t>(~(PARENB | PARODD));
  line.c_iflag &= static_cast<tcflag_t>(~(INPCK | IGNPAR));
  if (parity != config::Parity::even && parity != config::Parity::odd) return;
  line.c_cflag |= PARENB;
  if (parity == config::Parity::odd) line.c_cflag |= PARODD;
  line.c_iflag |= INPCK | IGNPAR;  // without IGNPAR a damaged byte would be read as 0
}

// Raw 8x1 at `speed`, read back: some adapters accept what they cannot do and keep what they had.
bool set_line(int fd, speed_t speed, config::Parity parity) {
  termios wanted{};
  if (::tcgetattr(fd, &wanted) != 0) return false;
  ::cfmakeraw(&wanted);
  wanted.c_cflag &= static_cast<tcflag_t>(~(CSTOPB | CRTSCTS));
  wanted.c_cflag |= CREAD | CLOCAL;
  wanted.c_iflag &= static_cast<tcflag_t>(~(IXOFF | IXANY));
  set_parity(wanted, parity);
  wanted.c_cc[VMIN] = 1;  // "nothing there" and "unplugged" then read differently
  wanted.c_cc[VTIME] = 0;
  if (::cfsetispeed(&wanted, speed) != 0 || ::cfsetospeed(&wanted, speed) != 0) return false;
  if (::tcsetattr(fd, TCSANOW, &wanted) != 0) return false;

  termios got{};
  if (::tcgetattr(fd, &got) != 0) return false;
  constexpr tcflag_t kCompared = CSIZE | CSTOPB | PARENB | PARODD | CREAD | CLOCAL | CRTSCTS;
  return got.c_iflag == wanted.c_iflag && got.c_oflag == wanted.c_oflag &&
         got.c_lflag == wanted.c_lflag && ((got.c_cflag ^ wanted.c_cflag) & kCompared) == 0 &&
         ::cfgetispeed(&got) == speed && ::cfgetospeed(&got) == speed;
}

// Everything that keeps others out, and a look at who is in already.
std::optional<Error> take_for_us(int fd, const std::string& path, dev_t device) {
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) return held(path, device);
  if (!is_pseudo_terminal(device)) {
    int exclusive = 0;
    if (::ioctl(fd, TIOCGEXCL, &exclusive) == 0 && exclusive != 0) return held(path, device);
  }
  if (const auto holder = find_holder(device)) return held_by(*holder);
  // A pseudo-terminal keeps the mark after we were killed, while its other end lives: it would
  // lock ourselves out.
  if (!is_pseudo_terminal(device) && ::ioctl(fd, TIOCEXCL) != 0)
    return open_failure(errno, path, device);
  return std::nullopt;
}

}  // namespace

std::string line_text(std::uint32_t baud, config::Parity parity) {
  const char* const framing = parity == config::Parity::odd    ? " baud 8O1"
                              : parity == config::Parity::even ? " baud 8E1"
                                                               : " baud 8N1";
  return std::to_string(baud) + framing;
}

bool is_held(const Error& error) { return error.what.starts_with(kHeldBy); }

Result<Port> Port::open(const std::string& path, std::uint32_t baud, config::Parity parity) {
  const auto speed = speed_of(baud);
  if (!speed)
    return Error{Errc::rejected, "no standard baud rate: " + std::to_string(baud),
                 "use the rate in the manual of the device, such as 9600 (device.baud)"};
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return open_failure(errno, path, 0);
  if (!S_ISCHR(found.st_mode)) return no_serial_port(path);
  const int fd = ::open(path.c_str(), O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0) return open_failure(errno, path, found.st_rdev);

  struct stat opened {};
  if (::fstat(fd, &opened) != 0) opened = found;
  Port port(fd, opened.st_rdev, path);
  if (::isatty(fd) == 0) return no_serial_port(path);
  if (auto error = take_for_us(fd, path, port.device_)) return *std::move(error);
  // A pseudo-terminal has no wire and takes no parity.
  const bool has_wire = !is_pseudo_terminal(port.device_);
  if (!set_line(fd, *speed, has_wire ? parity : config::Parity::none))
    return Error{Errc::rejected, "the port does not take " + line_text(baud, parity),
                 "use another adapter, or what it can do (device.baud, device.parity)"};
  if (has_wire) ::tcflush(fd, TCIFLUSH);
  return port;
}

Port& Port::operator=(Port&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(device_, other.device_);
  std::swap(path_, other.path_);
  return *this;
}

Port::~Port() {
  if (fd_ >= 0) ::close(fd_);
}

Result<std::size_t> Port::read(std::span<std::byte> into) {
  for (;;) {
    const ssize_t count = ::read(fd_, into.data(), into.size());
    if (count > 0) return static_cast<std::size_t>(count);
    if (count == 0) return unplugged();  // with VMIN 1 only a hung-up line says so
    if (errno == EAGAIN) return std::size_t{0};
    if (errno != EINTR) return unplugged();
  }
}

Result<std::size_t> Port::write(std::span<const std::byte> bytes) {
  for (;;) {
    const ssize_t count = ::write(fd_, bytes.data(), bytes.size());
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno == EAGAIN) return std::size_t{0};
    if (errno != EINTR) return unplugged();
  }
}

bool Port::still_there() const {
  struct stat found {};
  return ::stat(path_.c_str(), &found) == 0 && S_ISCHR(found.st_mode) && found.st_rdev == device_;
}

}  // namespace vitalgate::bridge
