// The messages that were taken last: how one that is sent again is known.
//
// A sender that heard no answer sends the same bytes again. What counts is the sender, its control
// id and every byte of the message; a control id that is used for another message is not a repeat.
// Bounded by limits::kFeedRepeatsRemembered. One thread.
//
// The agent may die between the commit of a message and its answer. So the last message of each
// sender is remembered by a mark, which is durable with the message's readings: a slot for each of
// SourceMark::kSlots groups of senders; a sender waits for its answer before it goes on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/reading.h"
#include "firmware-bridge/feed/hl7_message.h"

namespace vitalgate::bridge {

class TakenMessages {
 public:
  // `marks`: those of the run before.
  explicit TakenMessages(std::span<const SourceMark> marks = {})
      : before_(marks.begin(), marks.end()) {}

  // The ticket of the last arrival of that message, if it was taken before; 0, which is
  // durable, when that was before this run.
  [[nodiscard]] std::optional<std::uint64_t> find(const hl7::Header& header,
                                                  std::string_view text) const;
  // What makes this message known after a restart; nothing when it has no control id.
  [[nodiscard]] static std::optional<SourceMark> mark(const hl7::Header& header,
                                                      std::string_view text);
  void add(const hl7::Header& header, std::string_view text, std::uint64_t ticket);

 private:
  struct Taken {
    std::string sender;  // MSH-3, MSH-4 and MSH-10
    std::size_t size;
    std::size_t hash;
    std::uint64_t ticket;
  };

  std::vector<SourceMark> before_;
  std::deque<Taken> taken_;
};

}  // namespace vitalgate::bridge
