#include "agent/intake.h"

#include <array>

namespace vitalgate {

Intake::Counts Intake::take(const Arrival& arrival, Clock::time_point now) {
  const Admission::Origin* const origin = admission_.origin(arrival.device);
  std::array<sync::Sequence, 256> group_first{};  // by the reading's group number
  Counts counts;
  for (const Reading& reading : arrival.readings) {
    const Judgement judgement = admission_.judge(origin, arrival, reading);
    if (!judgement.accepted()) {
      hold(arrival, judgement);
      ++counts.held;
      continue;
    }
    sync::Sequence& first = group_first.at(reading.group);
    const auto appended =
        buffer_.append(origin->lane, judgement.row, reading.group == 0 ? 0 : first, now);
    if (reading.group != 0 && first == 0) first = appended.sequence;
    tail_.offer(appended.text);
    ++counts.accepted;
    counts.lanes |= static_cast<std::uint8_t>(1U << static_cast<unsigned>(origin->lane));
  }
  if (arrival.not_understood) {
    keep(arrival);
    ++counts.held;
  }
  return counts;
}

// Bytes that nothing could be made of: whoever understands them later still has them.
void Intake::keep(const Arrival& arrival) {
  buffer_.hold({.received = arrival.received.wall,
                .device = arrival.device,
                .rule = "decode",
                .reason = "the bytes were not understood",
                .content = "{}",
                .raw = std::string(reinterpret_cast<const char*>(arrival.bytes.data()),
                                   arrival.bytes.size())});
}

void Intake::hold(const Arrival& arrival, const Judgement& judgement) {
  std::string content;
  sync::append_held_content(content, judgement.row);
  const auto raw = judgement.row.raw;
  buffer_.hold({.received = arrival.received.wall,
                .device = arrival.device,
                .rule = std::string(judgement.rule),
                .reason = judgement.reason,
                .content = std::move(content),
                .raw = std::string(reinterpret_cast<const char*>(raw.data()), raw.size())});
}

}  // namespace vitalgate
