// Numbers in as few bytes as they need: seven bits a byte, the lowest first, the top bit of all
// but the last set. Signed ones with the sign in the lowest bit, so that small ones stay small.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace vitalgate::sync {

// `out`: a string or a vector of char.
template <class Out>
void put_varint(Out& out, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) out.push_back(static_cast<char>(number | 0x80));
  out.push_back(static_cast<char>(number));
}

// Takes one from the front; nothing when there is none.
inline std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
  std::uint64_t number = 0;
  for (unsigned i = 0; i < bytes.size() && i < 10; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    number |= std::uint64_t{byte & 0x7fU} << 7 * i;
    if (byte >= 0x80) continue;
    bytes.remove_prefix(i + 1);
    return number;
  }
  return std::nullopt;
}

// Differences wrap: any two numbers have one.
inline std::uint64_t zigzag(std::int64_t from, std::int64_t to) {
  const std::uint64_t difference =
      static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
  return difference << 1 ^ (difference >> 63 != 0 ? ~std::uint64_t{0} : 0);
}
inline std::int64_t unzigzag(std::int64_t from, std::uint64_t difference) {
  const std::uint64_t step = difference >> 1 ^ ((difference & 1) != 0 ? ~std::uint64_t{0} : 0);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(from) + step);
}

}  // namespace vitalgate::sync
