#include "sync/batch/stream.h"

#include <sys/random.h>

#include <array>

#include "agent/core/check.h"
#include "agent/core/limits.h"

namespace vitalgate::sync {

std::string stream_id(Lane lane, std::string_view epoch) {
  return std::string(name(lane)).append("-").append(epoch);
}

char* put_fixed(char* at, std::uint64_t number) {
  VG_CHECK(number <= limits::kSequenceMax);
  for (char* digit = at + kFixedLength; digit-- != at; number /= 10)
    *digit = static_cast<char>('0' + number % 10);
  return at + kFixedLength;
}

void append_fixed(std::string& out, std::uint64_t number) {
  char digits[kFixedLength];
  put_fixed(digits, number);
  out.append(digits, kFixedLength);
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
