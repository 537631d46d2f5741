// A serial line between a simulated board and the agent, as bad as one asks for.
//
// The board's UART is a Unix socket; the agent's end is a pseudo-terminal behind `link`. Of each
// direction's bytes a given part is dropped, flipped, doubled or held up, by a seeded chance. As
// on a wire, what nobody listens to is gone. Runs on a thread of its own.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "firmware-bridge/wire/message.h"

namespace vitalgate::test {

class FaultyLine {
 public:
  struct Counts {
    std::uint64_t up = 0;  // bytes from the board
    std::uint64_t down = 0;
    std::uint64_t faults = 0;
  };

  // `board`: the socket, which is there. `faulty`: the part of the bytes, 0 to 1. Throws Failure.
  FaultyLine(const std::filesystem::path& board, std::filesystem::path link, double faulty,
             std::uint64_t seed);
  FaultyLine(const FaultyLine&) = delete;
  FaultyLine& operator=(const FaultyLine&) = delete;
  ~FaultyLine();

  // A frame for the board, between two of the agent's.
  void inject(std::vector<std::uint8_t> frame);

  // The line is good from now on.
  void heal() { faulty_ = 0; }

  // The highest record that the agent has confirmed as durable, in any stream.
  [[nodiscard]] std::uint64_t stored() const { return stored_; }
  [[nodiscard]] Counts counts() const { return {up_.bytes, down_.bytes, faults_}; }

 private:
  struct Way {
    std::atomic<std::uint64_t> bytes{0};
    std::vector<std::uint8_t> waiting;  // for room at the far end
    std::int64_t held_until_ms = 0;
  };

  void run(const std::stop_token& stop);
  void from_board();
  void from_agent();
  void flush(Way& way, int fd);
  void put(Way& way, const std::uint8_t* bytes, std::size_t count);
  void put_injected();
  void watch(const std::uint8_t* bytes, std::size_t count);
  [[nodiscard]] bool agent_listens() const;

  std::filesystem::path link_;
  int board_ = -1;
  int agent_ = -1;
  std::atomic<double> faulty_;
  std::atomic<std::uint64_t> faults_{0};
  std::atomic<std::uint64_t> stored_{0};
  std::mt19937_64 chance_;
  Way up_;
  Way down_;
  bool between_frames_ = true;
  bridge::wire::Deframer deframer_;
  std::mutex mutex_;  // guards to_inject_
  std::vector<std::vector<std::uint8_t>> to_inject_;
  std::jthread thread_;  // last: it uses the others
};

}  // namespace vitalgate::test
