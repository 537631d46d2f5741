// Hub: a receiver that knows the contract (one of them a destination), and the judge of P3 to P5
// at its end.
//
// Reads each event as it was written: the same event has the same bytes for ever, the head fits its
// rows, each row is the one that the gateway took. Refuses some readings for good. May be put back
// to an older state, as from a backup.
#pragma once

#include <unordered_map>

#include "sync/hub_answer.h"
#include "tests/simulation/ledger.h"

namespace vitalgate::simulation {

class Hub {
 public:
  // Refuses one reading in `refuses_one_in`, 0: none. `name` for messages.
  Hub(Stage& stage, Ledger& ledger, std::string name, std::size_t refuses_one_in);

  // Whether it holds a reading that is refused for good.
  [[nodiscard]] bool holds_refused(const sync::BatchBody& body) const;
  // A hub that takes a batch as a whole or not at all refused this one. Of one reading alone that
  // is the last word.
  void refuse_whole(const sync::BatchBody& body);
  // One event arrived. What an answer about this batch alone says.
  sync::HubAnswer receive(const sync::BatchBody& body);
  // Everything that is stored of the stream, as an answer may say at any time.
  [[nodiscard]] sync::HubAnswer all_of(const std::string& stream) const;

  // Forgets what it stored since `since`. Sequences that cannot be asked for again are forgiven.
  void restore(Time since, bool forgiven);

  // What became of a reading here.
  enum class Fate : std::uint8_t { missing, stored, refused, dropped, forgiven };
  [[nodiscard]] Fate fate(const std::string& stream, Sequence sequence) const;
  [[nodiscard]] Sequence highest(const std::string& stream) const;
  [[nodiscard]] std::uint64_t events() const { return events_; }
  [[nodiscard]] std::uint64_t repeats() const { return repeats_; }
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  struct Event {
    std::uint64_t hash = 0;
    std::string stream;
    Range range;
    bool tombstone = false;
  };
  struct Stream {
    sync::RangeSet stored, refused, dropped, forgiven;
    Sequence highest = 0;
  };
  struct Arrived {
    Time at;
    std::string stream;
    Range range;
  };

  const Event* read(const sync::BatchBody& body);
  void read_rows(const sync::BatchBody& body, const Event& event);
  void read_row(const Event& event, Sequence sequence, std::string_view row);
  void broken(std::string_view promise, std::string_view what, std::string_view where);
  [[nodiscard]] bool refuses(const Row& row) const;

  Stage& stage_;
  Ledger& ledger_;
  const std::string name_;
  const std::size_t refuses_one_in_;
  std::unordered_map<std::string, Event> known_;  // by event id
  std::map<std::string, Stream, std::less<>> streams_;
  std::vector<Arrived> arrived_;  // since the last restoration
  std::uint64_t events_ = 0, repeats_ = 0, refused_ = 0;
};

}  // namespace vitalgate::simulation
