// The reference receiver (tests/hub), running.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "agent/core/clock.h"
#include "tests/support/process.h"
#include "tests/support/test_ca.h"

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

// How the receiver misbehaves; tests/hub/README.md has the words.
struct HubFault {
  std::string kind;
  std::optional<unsigned> next = {};  // so many messages; none: until something else is said
  unsigned status = 0;
  unsigned retry_after_s = 0;
  bool landed = false;
  double seconds = 0;
  unsigned group = 0;
};

// A batch that was landed.
struct Landing {
  WallTime at;  // milliseconds
  std::uint64_t readings = 0;
  bool backfill = false;  // sealed while the link was down
};

class Hub {
 public:
  struct Options {
    std::uint16_t port = 0;  // of the broker; 0: no MQTT
    std::filesystem::path ca = {};
    std::string address = "127.0.0.1";  // to listen on
    double answer_delay_s = 0;
    unsigned drop_answers = 0;  // the first so many
    unsigned mqtt_version = 5;
    std::optional<Certificate> https = {};  // listens, on https_port()
  };

  // Throws Failure when python3-paho-mqtt is missing. Its files are in `directory`.
  explicit Hub(std::filesystem::path directory);

  // Returns at once; it connects, and connects again, by itself.
  void start(const Options& options);

  // Until it has subscribed at the broker for the first time and listens.
  void wait_ready(Milliseconds timeout = std::chrono::seconds(30));

  // Whether it is ready for HTTPS, and on which port.
  [[nodiscard]] bool listens() const { return https_line().has_value(); }
  [[nodiscard]] std::uint16_t https_port() const;

  // From the next message on, whether it runs or not.
  void misbehave(const HubFault& fault) const;
  void behave() const;
  // How many messages met a fault so far.
  [[nodiscard]] std::uint64_t faulted() const;

  // As of now, while it runs and after it stopped.
  [[nodiscard]] Verdict verdict() const;

  // Every batch so far, in the order of landing, repeats included.
  [[nodiscard]] std::vector<Landing> landings() const;

  // The stored readings in order of stream and sequence; an empty name is any.
  [[nodiscard]] std::vector<Json> rows(const std::string& device = {},
                                       const std::string& metric = {}) const;

  // SIGTERM. 0 when its verdict is clean.
  int stop();

  [[nodiscard]] bool running() { return process_ != nullptr && process_->running(); }
  [[nodiscard]] std::filesystem::path bronze() const { return directory_ / "bronze"; }
  [[nodiscard]] std::filesystem::path log() const { return directory_ / "hub.log"; }

 private:
  [[nodiscard]] std::optional<std::string> https_line() const;

  std::filesystem::path directory_;
  std::string python_;
  std::string script_;
  std::unique_ptr<Process> process_;
};

}  // namespace vitalgate::test
