// The bridge's board, in QEMU: a Cortex-M3 with the real firmware.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "tests/support/process.h"

namespace vitalgate::test {

class Board {
 public:
  // Switched on. Sockets and log are in `directory`. Throws Failure when QEMU is missing.
  Board(const std::filesystem::path& directory, const std::filesystem::path& firmware);
  Board(const Board&) = delete;
  Board& operator=(const Board&) = delete;
  ~Board();

  // Its reset line: memory keeps what it holds.
  void reset();

  [[nodiscard]] bool running() { return process_->running(); }
  [[nodiscard]] std::filesystem::path uart() const { return directory_ / "uart"; }
  [[nodiscard]] std::filesystem::path log() const { return directory_ / "board.log"; }

 private:
  void command(const std::string& name);

  std::filesystem::path directory_;
  std::unique_ptr<Process> process_;
  int control_ = -1;
};

}  // namespace vitalgate::test
