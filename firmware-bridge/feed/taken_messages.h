// The messages that were taken last: how one that is sent again is known.
//
// A sender that heard no answer sends the same bytes again. What counts is the sender, its control
// id and every byte of the message; a control id that is used for another message is not a repeat.
// Bounded by limits::kFeedRepeatsRemembered. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "firmware-bridge/feed/hl7_message.h"

namespace vitalgate::bridge {

class TakenMessages {
 public:
  // The ticket of the last arrival of that message, if it was taken before.
  [[nodiscard]] std::optional<std::uint64_t> find(const hl7::Header& header,
                                                  std::string_view text) const;
  void add(const hl7::Header& header, std::string_view text, std::uint64_t ticket);

 private:
  struct Taken {
    std::string sender;  // MSH-3, MSH-4 and MSH-10
    std::size_t size;
    std::size_t hash;
    std::uint64_t ticket;
  };

  std::deque<Taken> taken_;
};

}  // namespace vitalgate::bridge
