// The recovery key: an RSA pair whose public half wraps the store's keys a second time (OAEP with
// SHA-256) and whose private half is kept away from the gateway.
//
// Not thread-safe.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "sync/buffer/sealing.h"

namespace vitalgate::sync {

class RecoveryKey {
 public:
  // PEM; 3072 to 8192 bits. `rejected` with what to type next. A private key with a passphrase is
  // not asked for it.
  static Result<RecoveryKey> read_public(const std::filesystem::path& file);
  static Result<RecoveryKey> read_private(const std::filesystem::path& file);
  // What der() gave; `corrupt` for anything else.
  static Result<RecoveryKey> from_der(std::string_view der);

  RecoveryKey(RecoveryKey&&) noexcept;
  RecoveryKey& operator=(RecoveryKey&&) noexcept;
  ~RecoveryKey();

  // The public half, DER (SubjectPublicKeyInfo).
  [[nodiscard]] const std::string& der() const { return der_; }
  // Ten hex digits of the public half.
  [[nodiscard]] std::string fingerprint() const;

  [[nodiscard]] std::string wrap(const Secret& secret, std::string_view label) const;
  // Only with the private half. `corrupt` when it was wrapped for another, or another `label`.
  [[nodiscard]] Result<Secret> unwrap(std::string_view wrapped, std::string_view label) const;

 private:
  struct Impl;
  explicit RecoveryKey(std::unique_ptr<Impl> impl);
  static Result<RecoveryKey> read(const std::filesystem::path& file, bool is_private);

  std::unique_ptr<Impl> impl_;
  std::string der_;
};

struct RecoveryPair {
  std::string private_pem;  // wipe it after use
  std::string public_pem;
};
// RSA, 3072 bits; takes up to seconds.
RecoveryPair make_recovery_pair();

}  // namespace vitalgate::sync
