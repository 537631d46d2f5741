// HL7 messages for tests, written with '\n' where a segment ends.
#pragma once

#include <string>
#include <string_view>

namespace vitalgate::test {

inline std::string hl7(std::string_view lines) {
  std::string text(lines);
  for (char& c : text)
    if (c == '\n') c = '\r';
  return text;
}

// A message of a monitor with these OBX, OBR, ... lines, and a patient whom nobody may learn of.
inline std::string oru(std::string_view lines, std::string_view control_id = "M1") {
  std::string text = "MSH|^~\\&|MON|WARD|GW|CLINIC|20260302140507||ORU^R01|";
  text.append(control_id).append("|P|2.5.1\nPID|1||4711^^^MR||ROE^JANE\n").append(lines);
  return hl7(text);
}

}  // namespace vitalgate::test
