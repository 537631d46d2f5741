// Answers to HL7 v2 messages: ACK with MSA (v2.5.1 chapter 2, sections 2.9 and 2.13.1, 2.14.8).
//
// A sender that names acknowledgement conditions (MSH-15, MSH-16: enhanced mode) gets the kind
// that it asked for, or none when it asked for none; every other gets AA, AE or AR. What is
// copied out of the message are its MSH's routing fields and its control id, never more. Pure;
// any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/core/clock.h"
#include "firmware-bridge/feed/hl7_message.h"

namespace vitalgate::bridge::hl7 {

enum class Verdict : std::uint8_t {
  accepted,  // taken and durable, or nothing in it that is to be kept
  error,     // broken: sending it again as it is will not help
  rejected,  // well-formed, and not for us
};

// Whether MSH-10 can be given back as it is.
bool has_control_id(const Header& header);

// The message to be framed; empty when the sender wants none. `header` is null when none was
// readable; `text` is MSA-3, a clause of ours without delimiters; `id` our own control id.
std::string answer(const Header* header, Verdict verdict, std::string_view text,
                   std::string_view id, WallTime now);

}  // namespace vitalgate::bridge::hl7
