// One piece of bytes through a decoder and through admission, as the daemon would take it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/admission.h"
#include "firmware-bridge/format.h"

namespace vitalgate::cli {

// "2a37", "0x2A37" and the 128-bit form of a Bluetooth SIG number are 2A37; other names stay.
std::string format_name(std::string_view text);

// "Did you mean ..." for a name that is no format; empty when none is near.
std::string_view nearest_format(std::string_view name);

struct DecodedReading {
  const Reading* reading;
  std::string accepted_row;  // the contract's members, as JSON
  std::string held;          // why the daemon would hold it back; empty when it would not
};

class Decoding {
 public:
  Decoding(const bridge::Format& format, std::span<const std::byte> bytes);

  [[nodiscard]] const Result<bridge::Fields>& fields() const { return fields_; }
  // Nothing when the format makes none by itself.
  [[nodiscard]] const std::vector<DecodedReading>& readings() const { return readings_; }
  // Why there are no readings though the format makes some; empty when that is not so.
  [[nodiscard]] const std::string& refusal() const { return refusal_; }

 private:
  void judge(const Arrival& arrival);

  Result<bridge::Fields> fields_;
  std::vector<Arrival> arrivals_;
  std::vector<DecodedReading> readings_;
  std::string refusal_;
};

// `text` as a JSON string, quotes included.
std::string json_string(std::string_view text);

// "98", "null", "[1, 2]"; a list of objects is empty: its members are told by flat().
std::string text_of(const bridge::FieldValue& value);

// Every field with its value; members of lists of objects as "records[0].glucose_mg_dl".
std::vector<std::pair<std::string, std::string>> flat(const bridge::Fields& fields);

// With the digits that were measured: 37.60 stays 37.60.
std::string to_json(const bridge::Fields& fields);

}  // namespace vitalgate::cli
