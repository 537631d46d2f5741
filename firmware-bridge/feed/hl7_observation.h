// Observations: what the OBX segments of an HL7 v2 message say, one by one.
//
// HL7 v2.5.1 chapter 7 (OBX 7.4.2), tables 0078 (abnormal flags), 0085 (result status), 0125
// (value types); the flags of IHE PCD-01 for measurements of monitors. What has no usable value -
// no result yet, deleted, wrong, more than one value, a document, a wave - is counted, never
// guessed at. Holds patient data. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/reading.h"
#include "firmware-bridge/feed/hl7_message.h"

namespace vitalgate::bridge::hl7 {

struct Observation {
  std::string code;       // OBX-3: the LOINC coding if there is one, else the first with a code
  std::string system;     // "LN", "MDC", "L"; as sent
  std::string type;       // OBX-2
  std::uint32_t mdc = 0;  // the ISO/IEEE 11073 code, where one of the codings is that

  // Nothing where the value is a text, a code, a ratio or range, or an NM that is no number.
  std::optional<Decimal> number;
  std::string text;  // the value as sent; a code as HL7 writes it, "27268008^Salmonella^SCT"

  std::string comparator;             // "<", ">=", ...: the number is a limit
  std::string unit_text;              // OBX-6 as sent; empty: none
  std::optional<UnitId> unit;         // nothing for a unit that nobody knows
  std::string status;                 // OBX-11
  std::vector<std::string> abnormal;  // OBX-8
  std::string time_text;              // OBX-14, without it OBR-7
  std::optional<WallTime> time;       // of time_text, where it names a point in time
  std::size_t order = 0;              // how many OBR stand before it
  std::string_view segment;           // in the message; names of staff may be in it
};

struct Observations {
  std::vector<Observation> usable;
  std::size_t unusable = 0;
};

Observations observations(const Message& message);

}  // namespace vitalgate::bridge::hl7
