// Names of streams, readings and batches (CONTRACT, "One batch").
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>

#include "agent/core/vocabulary.h"

namespace vitalgate::sync {

using Sequence = std::uint64_t;     // 1 to limits::kSequenceMax inside a stream
using BatchNumber = std::uint64_t;  // the same range
// Counts the epochs that one gateway's buffer has had; streams of earlier ones may still drain.
using Generation = std::uint16_t;  // 0 to kGenerationMax
inline constexpr Generation kGenerationMax = 4095;

struct StreamRef {
  StreamRef() = default;
  StreamRef(Lane of, Generation in = 0) : lane(of), generation(in) {}  // a lane names its stream
  Lane lane = Lane::vitals;
  Generation generation = 0;
  auto operator<=>(const StreamRef&) const = default;
};

struct BatchKey {
  Lane lane = Lane::vitals;
  BatchNumber number = 0;
  Generation generation = 0;

  [[nodiscard]] StreamRef stream() const { return {lane, generation}; }
  bool operator==(const BatchKey&) const = default;
  // Urgent first, then the older epoch, then the older batch.
  auto operator<=>(const BatchKey& other) const {
    return std::tie(lane, generation, number) <=>
           std::tie(other.lane, other.generation, other.number);
  }
};

// "vitals-k7p3q9x2ab": lane and epoch.
std::string stream_id(Lane lane, std::string_view epoch);

// Twelve digits with leading zeros: sorts as text.
void append_fixed(std::string& out, std::uint64_t number);
// The same, written at `at`; what is behind it.
char* put_fixed(char* at, std::uint64_t number);
inline constexpr std::size_t kFixedLength = 12;

// Ten random characters of a-z and 2-7, from the kernel's generator.
std::string new_epoch();

}  // namespace vitalgate::sync
