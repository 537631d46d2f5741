// Ledger: what the gateway took and promised, reading by reading. The judge of P1, P2 and P5.
//
// It learns each row as it gets its number (from the live view of the agent), what was told to be
// durable, and what was handed to a link; the hubs compare what they get with it. A reading is
// recognised by its device and its number, which is in its value. Made-up readings only.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sync/buffer/ranges.h"
#include "tests/simulation/stage.h"

namespace vitalgate::simulation {

using sync::Range;
using sync::Sequence;

std::uint64_t hash_of(std::string_view text);

struct Row {
  std::uint64_t hash = 0;  // of its text; 0: never given
  std::uint16_t device = 0;
  bool promised = false;  // its source was told that it is durable
  bool sent = false;      // somebody outside may know it
  std::uint32_t number = 0;
};

class Ledger {
 public:
  // `stage` outlives this.
  Ledger(Stage& stage, std::size_t devices) : stage_(stage), places_(devices) {}

  // A contract row, as the gateway appended it.
  void appended(std::string_view row);
  // Readings `first` to `last` of a device are durable, so its source was told.
  void promise(std::size_t device, std::uint32_t first, std::uint32_t last);
  void promise_held(std::uint64_t count) { held_ += count; }
  void sent(const std::string& stream, Range range);
  // Null when no such row was ever given.
  [[nodiscard]] const Row* find(const std::string& stream, Sequence sequence) const;

  using Stream = std::vector<Row>;  // by sequence, the first unused
  [[nodiscard]] const std::map<std::string, Stream, std::less<>>& streams() const {
    return streams_;
  }
  [[nodiscard]] std::uint64_t promised() const { return promised_; }
  [[nodiscard]] std::uint64_t held() const { return held_; }

 private:
  struct Place {
    std::string_view stream;
    Stream* rows = nullptr;
    Sequence sequence = 0;
  };

  Stage& stage_;
  std::map<std::string, Stream, std::less<>> streams_;
  std::vector<std::vector<Place>> places_;  // by device and number
  std::uint64_t promised_ = 0;
  std::uint64_t held_ = 0;
};

// The text between `before` and the next `after`; empty when there is none.
std::string_view cut_out(std::string_view text, std::string_view before, char after);
std::uint64_t number_in(std::string_view digits);
std::string_view stream_of(const sync::BatchBody& body);

}  // namespace vitalgate::simulation
