// ANSAR-B: what an Ivy 450C patient monitor sends once a second.
//
//   FF "ANSAR-B " 400 wave bytes, text lines that end in CR, FE       wave bytes: 00..FD
//
// Waves: 200 ECG at 200 Hz, then 50 each of respiration, pleth, P1, P2 at 50 Hz. They are checked
// to be there and counted, and for now nothing else. Text lines, an empty field is "no value":
//
//   HR, RR, ETCO2, T1, T2 = code;value;label;alarm          SPO2 = code;value;PR=value;alarm
//   NIBP = code;sys;dia;mean;pulse;label;alarm              P1, P2 = code;sys;dia;mean;label;alarm
//
// /min, mm[Hg], % and Cel. Trailing fields may be missing. There is no checksum. No public
// specification; the layout was read from a capture (mdpnp/mdpnp, Ivy450C.1.data).
//
// All functions are pure; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "agent/core/decimal.h"
#include "agent/core/reading.h"
#include "agent/core/result.h"
#include "firmware-bridge/serial/driver.h"

namespace vitalgate::bridge {

enum class AnsarKey : std::uint8_t { hr, rr, etco2, spo2, nibp, p1, p2, t1, t2 };

struct AnsarValue {
  std::optional<Decimal> number;  // nothing: no value was shown
  bool garbled = false;           // nothing, because the text is neither a number nor a blank
};

// One line with a key that is known. The views live as long as the parsed frame.
struct AnsarLine {
  AnsarKey key{};
  // In the order of the line; SPO2 has its PR= value second. What is not there is no value.
  std::array<AnsarValue, 4> values;
  std::string_view label;
  std::string_view alarm;
  std::string_view whole;  // without its CR
  std::size_t offset = 0;  // of `whole` in AnsarMessage::text
};

struct AnsarMessage {
  struct Samples {
    std::size_t ecg, respiration, pleth, p1, p2;
  };
  Samples samples{};
  std::string_view text;
  std::vector<AnsarLine> lines;  // lines with other keys are left out

  // The last line with `key`; nullptr when the message has none.
  [[nodiscard]] const AnsarLine* find(AnsarKey key) const;
};

// `frame` from its FF to its FE. Errors: malformed for a wrong header, waves that are short (the
// text then begins inside a line), or text that is not printable lines.
Result<AnsarMessage> parse_ansar_b(std::span<const std::byte> frame);

// One reading a value of every line, present or not. `nibp_repeated`: the line says what the
// message before said. RawSpans count from the start of message.text.
std::vector<Reading> to_readings(const AnsarMessage& message, bool nibp_repeated);

std::unique_ptr<Driver> make_ansar_b();

}  // namespace vitalgate::bridge
