// The reference receiver (tests/hub), running.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/process.h"

namespace vitalgate::test {

using Json = nlohmann::json;

// What the receiver says about everything it ever got.
struct Verdict {
  std::uint64_t received = 0;
  std::uint64_t batches = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t repeated_batches = 0;
  std::uint64_t missing = 0;
  std::uint64_t dropped = 0;
  std::uint64_t violations = 0;
  std::map<std::string, std::uint64_t> streams;  // stream -> received
  std::vector<std::string> details;              // one line a violation or missing range
  bool clean = false;
};

class Hub {
 public:
  struct Options {
    std::uint16_t port = 0;
    std::filesystem::path ca;
    double answer_delay_s = 0;
    unsigned drop_answers = 0;  // the first so many
  };

  // Throws Failure when python3-paho-mqtt is missing. Its files are in `directory`.
  explicit Hub(std::filesystem::path directory);

  // Returns at once; it connects, and connects again, by itself.
  void start(const Options& options);

  // Until it has subscribed at the broker for the first time.
  void wait_ready(Milliseconds timeout = std::chrono::seconds(30));

  // As of now, while it runs and after it stopped.
  [[nodiscard]] Verdict verdict() const;

  // The stored readings in order of stream and sequence; an empty name is any.
  [[nodiscard]] std::vector<Json> rows(const std::string& device = {},
                                       const std::string& metric = {}) const;

  // SIGTERM. 0 when its verdict is clean.
  int stop();

  [[nodiscard]] bool running() { return process_ != nullptr && process_->running(); }
  [[nodiscard]] std::filesystem::path bronze() const { return directory_ / "bronze"; }
  [[nodiscard]] std::filesystem::path log() const { return directory_ / "hub.log"; }

 private:
  std::filesystem::path directory_;
  std::string python_;
  std::string script_;
  std::unique_ptr<Process> process_;
};

}  // namespace vitalgate::test
