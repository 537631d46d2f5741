// A serial line without hardware: what is written here, a program reads from `link`.
//
// It behaves as a monitor on a USB adapter does. Nobody there to read: the bytes are gone. Reader
// too slow: whole frames are gone, and counted. Pulled out: the link is gone and the reader's end
// hangs up. Writing never waits. The reader's side is never kept open here.
//
// Any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <span>
#include <vector>

namespace vitalgate::test {

class PseudoTerminal {
 public:
  struct Counts {
    std::uint64_t sent = 0;       // frames that went into the line whole
    std::uint64_t unheard = 0;    // nobody had the port open, or it was unplugged
    std::uint64_t discarded = 0;  // the reader did not keep up
  };

  // Plugged in. `link` is a symbolic link that stays the same whatever the device is called.
  explicit PseudoTerminal(std::filesystem::path link);
  PseudoTerminal(const PseudoTerminal&) = delete;
  PseudoTerminal& operator=(const PseudoTerminal&) = delete;
  ~PseudoTerminal();

  void plug();
  void unplug();

  // One frame, whole or not at all. True when it went into the line.
  bool write(std::span<const std::uint8_t> frame);

  // A reader that died leaves a pseudo-terminal, unlike a serial port, with its unread bytes; this
  // gives the next reader a fresh one. Call it often.
  void tend();

  // Whether some process has the port open.
  [[nodiscard]] bool heard() const;
  [[nodiscard]] Counts counts() const;
  [[nodiscard]] const std::filesystem::path& link() const { return link_; }

 private:
  void connect();
  void disconnect();
  bool flush_rest();

  const std::filesystem::path link_;
  mutable std::mutex mutex_;  // guards everything below
  int master_ = -1;
  bool was_heard_ = false;
  std::vector<std::uint8_t> rest_;  // of a frame that went in only in part
  Counts counts_;
};

}  // namespace vitalgate::test
