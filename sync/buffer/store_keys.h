// Row keys of the store: stream and number in one integer, so that a stream lies together.
#pragma once

#include <cstdint>

#include "sync/batch/stream.h"

namespace vitalgate::sync {

// generation x 8 + lane, above 48 bits of sequence: ascending within a stream.
inline constexpr int kNumberBits = 48;

inline std::int64_t stream_number(StreamRef stream) {
  return std::int64_t{stream.generation} * 8 + static_cast<std::uint8_t>(stream.lane);
}
inline StreamRef stream_of_number(std::int64_t number) {
  return {static_cast<Lane>(number & 7), static_cast<Generation>(number >> 3)};
}
inline std::int64_t key_of(StreamRef stream, Sequence sequence) {
  return stream_number(stream) << kNumberBits | static_cast<std::int64_t>(sequence);
}
inline StreamRef stream_of(std::int64_t key) { return stream_of_number(key >> kNumberBits); }
inline Sequence sequence_of(std::int64_t key) {
  return static_cast<Sequence>(key) & ((std::uint64_t{1} << kNumberBits) - 1);
}

inline std::int64_t stored(std::uint64_t number) { return static_cast<std::int64_t>(number); }
inline std::uint64_t loaded(std::int64_t number) { return static_cast<std::uint64_t>(number); }

}  // namespace vitalgate::sync
