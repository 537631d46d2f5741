// Health o meter and Rice Lake medical scales: one weighing in escape sequences.
//
//   ESC R   ESC I id   ESC W weight   ESC H height   ESC B BMI   ESC N l|m   ESC E
//
// ESC N tells the units of all: l is pounds and inches, m is kilograms and centimetres. A height
// or BMI of zero was not taken. The id is what was typed in for the patient: it is not published.
// Parts that are not known are passed over. Source: Health o meter and Rice Lake serial protocol.
//
// All functions are pure; any thread.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "agent/core/decimal.h"
#include "agent/core/result.h"
#include "firmware-bridge/serial/driver.h"

namespace vitalgate::bridge {

inline constexpr std::size_t kEscFrameBytesMax = 256;

struct EscWeighing {
  std::string_view id;
  std::optional<Decimal> weight, height, bmi;
  bool metric = false;  // kg and cm, otherwise lb and in
  // Where the numbers are in the frame.
  std::string_view weight_text, height_text, bmi_text;
};

// `frame` from ESC R to ESC E; the views are parts of it. Malformed without a weight or units.
Result<EscWeighing> parse_esc_scale(std::span<const std::byte> frame);

std::unique_ptr<Driver> make_esc_scale();

}  // namespace vitalgate::bridge
