// What a decoder says against what a vector expects (the format of the shared vectors' README).
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "firmware-bridge/fields.h"

namespace vitalgate::test {

// Strict: a decoded field that is not expected is a difference too, because an absent key means
// that the field is not in the packet.
enum class Match { expected_keys, strict };

// One line for each difference: "systolic: expected 120, decoded 1200". `expect` keys `ok` and
// `error` are not fields.
std::vector<std::string> differences(const nlohmann::json& expect, const bridge::Fields& decoded,
                                     Match match);

// As the shared vectors would write it.
std::string to_text(const bridge::FieldValue& value);

}  // namespace vitalgate::test
