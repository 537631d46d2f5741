#include "firmware-bridge/feed/taken_messages.h"

#include <algorithm>
#include <functional>
#include <initializer_list>

#include "agent/core/limits.h"
#include "firmware-bridge/feed/hl7_answer.h"

namespace vitalgate::bridge {
namespace {

constexpr std::size_t kNameBytesMax = 256;

// No field holds a separator, so two senders never get the same key.
std::string key_of(const hl7::Header& header, std::initializer_list<std::size_t> fields) {
  std::string key;
  for (const std::size_t number : fields)
    key.append(header.segment.field(number).substr(0, kNameBytesMax))
        .append(1, header.delimiters.field);
  return key;
}

std::string sender_of(const hl7::Header& header) { return key_of(header, {3, 4, 10}); }

// FNV-1a with 64 bits: stored, so it must not change with the standard library.
std::uint64_t stable_hash(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char byte : text) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  return hash;
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
  if (std::find(before_.begin(), before_.end(), *mark(header, text)) != before_.end()) return 0;
  return std::nullopt;
}

std::optional<SourceMark> TakenMessages::mark(const hl7::Header& header, std::string_view text) {
  if (!hl7::has_control_id(header)) return std::nullopt;
  const auto slot = stable_hash(key_of(header, {3, 4})) % SourceMark::kSlots;
  return SourceMark{.slot = static_cast<std::uint8_t>(slot),
                    .stream = stable_hash(sender_of(header)),
                    .position = stable_hash(text)};
}

void TakenMessages::add(const hl7::Header& header, std::string_view text, std::uint64_t ticket) {
  if (!hl7::has_control_id(header)) return;
  if (taken_.size() == limits::kFeedRepeatsRemembered) taken_.pop_front();
  taken_.push_back({sender_of(header), text.size(), hash_of(text), ticket});
}

}  // namespace vitalgate::bridge
