#include "firmware-bridge/format.h"

#include <array>

#include "firmware-bridge/feed/hl7_intake.h"
#include "firmware-bridge/feed/hl7_observation.h"
#include "firmware-bridge/feed/mllp.h"
#include "firmware-bridge/serial/modbus_frame.h"

namespace vitalgate::bridge {
namespace {

std::vector<MllpMessage> messages_in(std::span<const std::byte> bytes) {
  MllpFramer framer;
  std::vector<MllpMessage> messages;
  framer.feed(bytes, messages);
  std::erase_if(messages, [](const MllpMessage& message) { return message.too_long; });
  return messages;
}

Result<Fields> describe_mllp(std::span<const std::byte> bytes) {
  const auto messages = messages_in(bytes);
  Fields fields;
  fields.add("messages", messages.size());
  if (messages.empty()) return fields;
  const std::string_view first = messages.front().text;
  fields.add("first_segment", first.substr(0, first.find_first_of("\r\n")));
  return fields;
}

// A message as it is, or the first one of an MLLP stream.
std::string message_text(std::span<const std::byte> bytes) {
  if (auto framed = messages_in(bytes); !framed.empty()) return std::move(framed.front().text);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Fields fields_of(const hl7::Observation& observation) {
  Fields fields;
  fields.add("code", observation.code).add("system", observation.system);
  if (observation.number)
    fields.add("value", *observation.number);
  else
    fields.add("text", observation.text);
  if (!observation.comparator.empty()) fields.add("comparator", observation.comparator);
  if (!observation.unit_text.empty()) fields.add("unit", observation.unit_text);
  if (!observation.status.empty()) fields.add("status", observation.status);
  if (!observation.abnormal.empty()) fields.add("abnormal", observation.abnormal);
  if (!observation.time_text.empty()) fields.add("time", observation.time_text);
  return fields;
}

// Numbers and texts apart. Patient identity is left out: nobody needs it to understand a device.
Result<Fields> describe_oru(std::span<const std::byte> bytes) {
  const std::string text = message_text(bytes);
  const auto message = VG_TRY(hl7::Message::parse(text));
  const hl7::Header& header = message.header();
  if (header.message_code() != "ORU")
    return Error{Errc::malformed, "not a message with results (ORU)", {}};
  const hl7::Observations found = hl7::observations(message);
  std::vector<Fields> numbers;
  std::vector<Fields> texts;
  for (const hl7::Observation& observation : found.usable)
    (observation.number ? numbers : texts).push_back(fields_of(observation));
  Fields fields;
  fields.add("message_type", message.text_of(header.segment.field(9)))
      .add("control_id", message.text_of(header.control_id()))
      .add("version", message.text_of(header.component(header.segment.field(12), 1)))
      .add("observations", std::move(numbers));
  if (!texts.empty()) fields.add("texts", std::move(texts));
  return fields.add("without_value", found.unusable);
}

Result<std::vector<Arrival>> oru_readings(std::span<const std::byte> bytes) {
  hl7::Intake intake = hl7::take(message_text(bytes));
  if (intake.verdict != hl7::Verdict::accepted)
    return Error{Errc::malformed, std::move(intake.text), {}};
  return std::move(intake.arrivals);
}

constexpr std::array kFormats{
    Format{"mllp", "MLLP stream of HL7 v2 messages", describe_mllp},
    Format{"hl7v2-oru-r01", "HL7 v2 message with results (ORU)", describe_oru, oru_readings},
    Format{"modbus-rtu-request", "Modbus RTU frame from the master", describe_modbus_request},
    Format{"modbus-rtu-response", "Modbus RTU frame from the device", describe_modbus_response},
};

}  // namespace

std::span<const Format> feed_formats() { return kFormats; }

}  // namespace vitalgate::bridge
