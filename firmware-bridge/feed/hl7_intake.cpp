#include "firmware-bridge/feed/hl7_intake.h"

#include "firmware-bridge/feed/hl7_observation.h"
#include "firmware-bridge/feed/hl7_readings.h"

namespace vitalgate::bridge::hl7 {

Intake take(std::string_view text) {
  const auto message = Message::parse(text);
  if (!message) return {{}, Verdict::error, message.error().what};
  if (message->header().message_code() != "ORU")
    return {{}, Verdict::rejected, "only ORU messages are taken here"};
  const Header& header = message->header();
  // An answer without it is none to the sender, who would send for ever.
  if (!header.control_id().empty() && !has_control_id(header))
    return {{}, Verdict::error, "MSH-10 cannot be given back"};
  const Observations found = observations(*message);
  std::string said = std::to_string(found.usable.size()).append(" results taken");
  if (found.unusable > 0)
    said.append(", ").append(std::to_string(found.unusable)).append(" without a usable value");
  return {arrivals(*message, found), Verdict::accepted, std::move(said)};
}

}  // namespace vitalgate::bridge::hl7
