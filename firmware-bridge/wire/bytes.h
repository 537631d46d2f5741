// Bytes, and reading and writing little-endian fields in them. The base of the wire protocol.
//
// Freestanding C++17: this folder is compiled into the agent and into the firmware of a bridge. No
// heap, no exceptions, no library but memcpy. Nothing is read or written beyond the ends; ok() then
// stays false. Any thread.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace vitalgate::bridge::wire {

struct Bytes {
  const uint8_t* data = nullptr;
  size_t size = 0;
};

class Reader {
 public:
  explicit Reader(Bytes bytes) : bytes_(bytes) {}
  [[nodiscard]] bool ok() const { return ok_; }

  // `width` bytes, low byte first.
  template <class T>
  void number(T& value, size_t width) {
    uint64_t sum = 0;
    const Bytes field = take(width);
    // A constant copy, where there is room for it, is one load.
    if (field.size > 0 && bytes_.size - (at_ - width) >= sizeof sum) {
      __builtin_memcpy(&sum, field.data, sizeof sum);
      if (width < sizeof sum) sum &= (uint64_t{1} << 8 * width) - 1;
    } else {
      for (size_t i = 0; i < field.size; ++i) sum |= uint64_t{field.data[i]} << (8 * i);
    }
    value = static_cast<T>(sum);
  }
  // A length byte and at most `longest` bytes.
  void text(Bytes& value, size_t longest) {
    uint8_t size = 0;
    number(size, 1);
    ok_ = ok_ && size <= longest;
    value = take(size);
  }
  // All that is left, at most `longest` bytes.
  void rest(Bytes& value, size_t longest) {
    ok_ = ok_ && bytes_.size - at_ <= longest;
    value = take(bytes_.size - at_);
  }

 private:
  Bytes take(size_t count) {
    if (!ok_ || count > bytes_.size - at_) {
      ok_ = false;
      return {};
    }
    at_ += count;
    return {bytes_.data + at_ - count, count};
  }

  Bytes bytes_;
  size_t at_ = 0;
  bool ok_ = true;
};

// The mirror of Reader: the same calls write.
class Writer {
 public:
  Writer(uint8_t* out, size_t capacity) : out_(out), capacity_(capacity) {}
  // What was written; 0 when it did not fit.
  [[nodiscard]] size_t size() const { return ok_ ? size_ : 0; }

  template <class T>
  void number(const T& value, size_t width) {
    const auto all = static_cast<uint64_t>(value);
    for (size_t i = 0; i < width; ++i) byte(static_cast<uint8_t>(all >> (8 * i)));
  }
  void text(const Bytes& value, size_t longest) {
    number(value.size, 1);
    rest(value, longest);
  }
  void rest(const Bytes& value, size_t longest) {
    if (value.size > longest || value.size > capacity_ - size_) ok_ = false;
    if (!ok_ || value.size == 0) return;
    __builtin_memcpy(out_ + size_, value.data, value.size);
    size_ += value.size;
  }

 private:
  void byte(uint8_t value) {
    if (size_ < capacity_)
      out_[size_++] = value;
    else
      ok_ = false;
  }

  uint8_t* out_;
  size_t capacity_;
  size_t size_ = 0;
  bool ok_ = true;
};

}  // namespace vitalgate::bridge::wire
