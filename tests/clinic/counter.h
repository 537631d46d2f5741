// Counting messages in vital signs: a pulse rate and a saturation that together are a number.
//
// Both stay in the range of a living patient. 300 rates and 49 saturations have no common factor,
// so a pair comes back only after 14,700 messages: doubled, lost and swapped messages show.
#pragma once

#include <cstdint>

namespace vitalgate::clinic {

struct CountedPair {
  int rate_bpm = 0;
  int spo2_percent = 0;
};

inline constexpr int kLowestRate = 30;
inline constexpr int kRates = 300;
inline constexpr int kLowestSpo2 = 51;
inline constexpr int kSaturations = 49;
inline constexpr std::uint64_t kCounterCycle = kRates * kSaturations;

constexpr CountedPair count_as_pair(std::uint64_t message) {
  return {kLowestRate + static_cast<int>(message % kRates),
          kLowestSpo2 + static_cast<int>(message % kSaturations)};
}

// The message number modulo kCounterCycle; kCounterCycle when no message says this.
constexpr std::uint64_t message_of(const CountedPair& pair) {
  const int rate = pair.rate_bpm - kLowestRate;
  const int spo2 = pair.spo2_percent - kLowestSpo2;
  if (rate < 0 || rate >= kRates || spo2 < 0 || spo2 >= kSaturations) return kCounterCycle;
  for (int n = rate; n < kRates * kSaturations; n += kRates) {
    if (n % kSaturations == spo2) return static_cast<std::uint64_t>(n);
  }
  return kCounterCycle;
}

}  // namespace vitalgate::clinic
