// Chance that is the same on every machine: SplitMix64 (Steele, Lea, Flood 2014), whole numbers
// only. The standard library's distributions may differ from one version to the next.
#pragma once

#include <cstdint>

namespace vitalgate::clinic {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15u;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

  // Both ends included.
  int between(int low, int high) {
    const auto width = static_cast<std::uint64_t>(high - low + 1);
    return low + static_cast<int>(next() % width);
  }

  bool one_in(int times) { return between(1, times) == 1; }

 private:
  std::uint64_t state_;
};

}  // namespace vitalgate::clinic
