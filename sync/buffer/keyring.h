// The store's keys: data keys, each wrapped by the key-encryption key and for recovery.
//
// The wrapped keys are in two files of the same content, `keys.a` and `keys.b` in the buffer's
// directory; nothing is sealed under a key before both are on the disk. One damaged file is
// mended from the other. Key 0 only tags bookkeeping rows; data keys count from 1. Every use of a
// key that is not there is an error that names it: nothing is ever overwritten for want of a key.
//
// Not thread-safe: the buffer's thread is the only user.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sync/buffer/disk.h"
#include "sync/buffer/sealing.h"

namespace vitalgate::sync {

using KeyNumber = std::uint32_t;

// Where the key-encryption key comes from.
//
//   cred:NAME   a systemd credential: $CREDENTIALS_DIRECTORY/NAME
//   file:/PATH  a file, for the agent's user or root alone
//
// The content is 32 bytes, or 64 hex digits with an optional line end. Errors: `rejected` with
// what to type next: not there, readable by others, of the wrong length.
struct KeySettings {
  std::string reference;                  // "cred:buffer.key"
  std::string old_reference;              // empty, or the key before: rewrapped at open
  std::filesystem::path recovery_public;  // empty, or PEM of an RSA public key, 3072 bits or more
};
Result<Secret> read_key(std::string_view reference);

// Ten hex digits that name a key without telling anything of it: for logs and messages.
std::string fingerprint(const Secret& key);

class Keyring {
 public:
  // Reads the key files of `directory`, or makes them when `create` (nothing was sealed yet) and
  // neither is there and whole. A ring
  // of another gateway, a wrong key or two damaged files are `rejected`, with the next step.
  static Result<Keyring> open(Disk& disk, const std::filesystem::path& directory,
                              std::string_view gateway, const KeySettings& settings, bool create);
  Keyring(Keyring&&) noexcept;
  Keyring& operator=(Keyring&&) noexcept;
  ~Keyring();

  [[nodiscard]] static Result<bool> is_there(Disk& disk, const std::filesystem::path& directory);

  // The data key for new segments.
  [[nodiscard]] KeyNumber current() const;
  // `corrupt` when there is no such key. Lives until keep_only() or erase() wipes the key.
  Result<Sealer*> sealer(KeyNumber number);
  [[nodiscard]] Tagger& tagger();

  // A new current key, durable in both files before it returns.
  Result<KeyNumber> rotate(std::int64_t created_ms);
  // Wipes data keys that nothing is sealed under any more; never the current one.
  Result<> keep_only(const std::vector<KeyNumber>& used);
  // Overwrites and removes both files: nothing sealed under these keys can be opened again.
  // Their fingerprints, for the proof.
  Result<std::vector<std::string>> erase();

  struct Info {
    KeyNumber current = 0;
    std::size_t data_keys = 0;
    std::int64_t created_ms = 0;       // UTC, of the current one; 0: made with the files
    std::string key_fingerprint;       // of the key-encryption key
    std::string recovery_fingerprint;  // empty: no recovery key is enrolled
    bool software_key = true;          // from a plain file, not from a credential
  };
  [[nodiscard]] Info info() const;

  // With the private half of the recovery key (PEM): wraps every key under `settings.reference`
  // again. For a gateway whose key-encryption key is lost; the daemon must not run.
  static Result<> recover(Disk& disk, const std::filesystem::path& directory,
                          const std::filesystem::path& private_key, const KeySettings& settings);

 private:
  struct Impl;
  explicit Keyring(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vitalgate::sync
