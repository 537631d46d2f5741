// Names of streams, readings and batches (CONTRACT, "One batch").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/core/vocabulary.h"

namespace vitalgate::sync {

using Sequence = std::uint64_t;     // 1 to limits::kSequenceMax inside a stream
using BatchNumber = std::uint64_t;  // the same range

struct BatchKey {
  Lane lane = Lane::vitals;
  BatchNumber number = 0;
  auto operator<=>(const BatchKey&) const = default;
};

// "vitals-k7p3q9x2ab": lane and epoch.
std::string stream_id(Lane lane, std::string_view epoch);

// Twelve digits with leading zeros: sorts as text.
void append_fixed(std::string& out, std::uint64_t number);

// Ten random characters of a-z and 2-7, from the kernel's generator.
std::string new_epoch();

}  // namespace vitalgate::sync
