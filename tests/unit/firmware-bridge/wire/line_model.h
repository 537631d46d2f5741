// LineModel: a bridge, a faulty line and a gateway in virtual time, and an account of every record.
//
// The bridge's Sender and Ring and the gateway's Receiver are the real ones. The line drops, flips,
// doubles and stalls bytes and swaps and doubles frames. The gateway makes records durable in
// commits and is killed; the bridge is reset, with or without its memory. All by one source of
// chance, so a run can be repeated.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "firmware-bridge/bridge/receiver.h"
#include "firmware-bridge/firmware/sender.h"

namespace vitalgate::test {

// A number below `bound`, which is not 0.
using Chance = std::function<std::uint32_t(std::uint32_t bound)>;

struct Faults {
  // In 1/100,000, of each byte.
  std::uint32_t drop = 0;
  std::uint32_t flip = 0;
  std::uint32_t twice = 0;
  std::uint32_t stall = 0;
  // In 1/1,000, of each frame.
  std::uint32_t swap = 0;
  std::uint32_t repeat = 0;
  // In 1/100,000, of each millisecond.
  std::uint32_t kill = 0;
  std::uint32_t reset = 0;
  std::uint32_t fade = 0;  // a reset that spoils the ring's memory
  std::uint32_t bytes_per_ms = 40;
};

class LineModel {
 public:
  LineModel(Chance chance, Faults faults);

  // A measurement; its number is its content.
  void measure();
  // Lets a millisecond pass.
  void tick();
  // Without further faults, until all is durable; false when that takes more than `ms`.
  bool settle(std::uint32_t ms);

  // Empty, or what is wrong: a record that is doubled, out of order, changed, or missing and not
  // declared.
  [[nodiscard]] std::string fault() const;

  struct Account {
    std::uint64_t measured = 0;
    std::uint64_t stored = 0;
    std::uint64_t lost = 0;       // declared
    std::uint64_t forgotten = 0;  // unstored when the ring's memory was spoilt
    std::uint64_t frames = 0;     // sent by the bridge
    unsigned kills = 0;
    unsigned resets = 0;
    unsigned streams = 0;
  };
  [[nodiscard]] const Account& account() const { return account_; }
  [[nodiscard]] std::uint64_t now() const { return now_; }

 private:
  // One direction.
  struct Line {
    std::deque<std::uint8_t> bytes;
    std::vector<std::uint8_t> held;  // a frame that the next one overtakes
    std::uint32_t stalled = 0;
  };
  struct Item {
    std::uint64_t sequence;
    std::uint64_t content;  // 0: lost
    std::uint64_t last;     // of a lost range
    bridge::wire::Mark mark;
  };

  bool hits(std::uint32_t of_100000) { return of_100000 > 0 && chance_(100'000) < of_100000; }
  void start_bridge();
  void start_gateway();
  void bridge_turn();
  void gateway_turn();
  void take_deliveries();
  void commit();
  void put(Line& line, const std::uint8_t* frame, std::size_t size);
  std::vector<std::uint8_t> carry(Line& line);
  void note(const std::string& fault);

  static constexpr std::uint32_t kRingBytes = 8192;
  Chance chance_;
  Faults faults_;
  std::uint64_t now_ = 0;
  std::uint64_t bridge_started_ = 0;
  std::uint64_t contents_ = 0;
  std::unique_ptr<bridge::wire::RingMemory<kRingBytes>> memory_;
  std::unique_ptr<bridge::wire::Ring> ring_;
  std::unique_ptr<bridge::wire::Sender> sender_;
  std::unique_ptr<bridge::wire::Receiver> receiver_;
  bridge::wire::Deframer at_bridge_;
  bridge::wire::Deframer at_gateway_;
  Line up_;
  Line down_;
  // What each number of a stream was measured as.
  std::map<std::uint64_t, std::vector<std::uint64_t>> truth_;
  std::vector<std::uint64_t> unnamed_;  // measured before the stream had an id
  // The gateway's durable store, and what waits for the next commit.
  std::map<std::uint64_t, std::vector<Item>> store_;
  bridge::wire::Mark mark_;
  std::vector<Item> pending_;
  std::uint32_t sessions_ = 1;
  std::string fault_;
  Account account_;
};

}  // namespace vitalgate::test
