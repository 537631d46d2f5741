// BoundText: what a sealed text or a tag covers beside the text itself, in one unambiguous form.
//
// Numbers are eight bytes, big-endian; texts have their length in front. Two different lists of
// fields never give the same bytes.
#pragma once

#include <string>
#include <string_view>

namespace vitalgate::sync {

class BoundText {
 public:
  // `what`: the kind of thing, so that a segment can never pass for a batch.
  explicit BoundText(std::string_view what) { text(what); }

  BoundText& number(std::uint64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8)
      bytes_.push_back(static_cast<char>(value >> static_cast<unsigned>(shift) & 0xff));
    return *this;
  }
  BoundText& number(std::int64_t value) { return number(static_cast<std::uint64_t>(value)); }
  BoundText& text(std::string_view value) {
    number(std::uint64_t{value.size()});
    bytes_.append(value);
    return *this;
  }
  operator std::string_view() const { return bytes_; }

 private:
  std::string bytes_;
};

}  // namespace vitalgate::sync
