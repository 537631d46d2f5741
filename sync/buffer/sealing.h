// Sealing: AES-256-GCM of the store's contents, and the tags of its bookkeeping rows.
//
// Each sealed text has a key of its own, derived with HKDF-SHA256 (RFC 5869) from a data key and
// 32 random bytes, so a nonce can never meet a key twice, whatever a restored backup rolls back.
// A sealed text is
//
//   1 byte   version, 1
//   32 bytes salt of the derivation
//   12 bytes nonce (NIST SP 800-38D, 8.2.2: random)
//   n bytes  ciphertext
//   16 bytes tag
//
// `bound` is authenticated with it (associated data): a text moved to another place does not open.
// Not thread-safe: an object belongs to one thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "agent/core/result.h"

namespace vitalgate::sync {

inline constexpr std::size_t kSealOverhead = 1 + 32 + 12 + 16;

// 32 bytes that are wiped when they go, and that the kernel does not swap out where it may.
class Secret {
 public:
  static constexpr std::size_t kSize = 32;
  Secret();  // zeros
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();
  static Secret random();

  [[nodiscard]] std::array<unsigned char, kSize>& bytes() { return *bytes_; }
  [[nodiscard]] const std::array<unsigned char, kSize>& bytes() const { return *bytes_; }

 private:
  std::unique_ptr<std::array<unsigned char, kSize>> bytes_;
};

class Sealer {
 public:
  explicit Sealer(const Secret& data_key);
  Sealer(Sealer&& other) noexcept;
  Sealer& operator=(Sealer&& other) noexcept;
  ~Sealer();

  // Appends the sealed text to `out`.
  void seal(std::string_view plain, std::string_view bound, std::string& out);
  // Appends the plain text to `out`. `corrupt` when anything of it, or of `bound`, was changed;
  // `out` is then as before.
  Result<> open(std::string_view sealed, std::string_view bound, std::string& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// HMAC-SHA256 (RFC 2104), cut to 16 bytes, under a key of its own derived from `key`.
class Tagger {
 public:
  using Tag = std::array<char, 16>;
  explicit Tagger(const Secret& key);
  Tagger(Tagger&& other) noexcept;
  Tagger& operator=(Tagger&& other) noexcept;
  ~Tagger();

  [[nodiscard]] Tag tag(std::string_view bytes);
  // In constant time.
  [[nodiscard]] bool matches(std::string_view bytes, std::string_view tag);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vitalgate::sync
