#include "sync/batch/stream.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "agent/core/check.h"
#include "agent/core/limits.h"

namespace vitalgate::sync {

std::string stream_id(Lane lane, std::string_view epoch) {
  return std::string(name(lane)).append("-").append(epoch);
}

void append_fixed(std::string& out, std::uint64_t number) {
  VG_CHECK(number <= limits::kSequenceMax);
  constexpr std::size_t kWidth = 12;
  char digits[24];
  const auto length =
      static_cast<std::size_t>(std::to_chars(digits, digits + sizeof digits, number).ptr - digits);
  out.append(kWidth - std::min(kWidth, length), '0').append(digits, length);
}

std::string new_epoch() {
  constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
  std::array<unsigned char, 10> random{};
  VG_CHECK(getrandom(random.data(), random.size(), 0) == static_cast<ssize_t>(random.size()));
  std::string epoch;
  for (const unsigned char byte : random) epoch.push_back(kAlphabet[byte % kAlphabet.size()]);
  return epoch;
}

}  // namespace vitalgate::sync
