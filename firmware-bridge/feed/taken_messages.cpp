#include "firmware-bridge/feed/taken_messages.h"

#include <functional>

#include "agent/core/limits.h"
#include "firmware-bridge/feed/hl7_answer.h"

namespace vitalgate::bridge {
namespace {

constexpr std::size_t kNameBytesMax = 256;

// No field holds a separator, so two senders never get the same key.
std::string sender_of(const hl7::Header& header) {
  std::string key;
  for (const std::size_t number : {3U, 4U, 10U})
    key.append(header.segment.field(number).substr(0, kNameBytesMax))
        .append(1, header.delimiters.field);
  return key;
}

std::size_t hash_of(std::string_view text) { return std::hash<std::string_view>{}(text); }

}  // namespace

std::optional<std::uint64_t> TakenMessages::find(const hl7::Header& header,
                                                 std::string_view text) const {
  if (!hl7::has_control_id(header)) return std::nullopt;
  const std::size_t hash = hash_of(text);
  const std::string sender = sender_of(header);
  for (const Taken& taken : taken_)
    if (taken.hash == hash && taken.size == text.size() && taken.sender == sender)
      return taken.ticket;
  return std::nullopt;
}

void TakenMessages::add(const hl7::Header& header, std::string_view text, std::uint64_t ticket) {
  if (!hl7::has_control_id(header)) return;
  if (taken_.size() == limits::kFeedRepeatsRemembered) taken_.pop_front();
  taken_.push_back({sender_of(header), text.size(), hash_of(text), ticket});
}

}  // namespace vitalgate::bridge
