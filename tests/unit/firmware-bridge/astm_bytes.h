// ASTM bytes for tests: frames with their checksum, and a device's side of the dialogue.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

#include "tests/unit/firmware-bridge/bytes.h"

namespace vitalgate::test {

inline const Bytes kEnq = from_hex("05"), kEot = from_hex("04");
inline const Bytes kAck = from_hex("06"), kNak = from_hex("15");

// STX, number, text, ETX (or ETB when `more` follows), checksum, CR LF.
inline Bytes astm_frame(int number, std::string_view text, bool more = false) {
  std::string summed = std::to_string(number);
  summed.append(text).push_back(more ? '\x17' : '\x03');
  unsigned sum = 0;
  for (const char c : summed) sum += static_cast<unsigned char>(c);
  char digits[8];
  std::snprintf(digits, sizeof digits, "%02X", sum & 0xFF);
  return bytes_of(std::string("\x02").append(summed).append(digits).append("\r\n"));
}

}  // namespace vitalgate::test
