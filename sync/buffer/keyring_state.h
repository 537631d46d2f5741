// Keyring's inside: the keys in memory, and how they become a key file and come back.
//
// Not thread-safe.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "sync/buffer/key_copies.h"
#include "sync/buffer/keyring.h"
#include "sync/buffer/recovery_key.h"

namespace vitalgate::sync {

inline constexpr KeyNumber kTagKey = 0;
inline constexpr KeyNumber kFirstDataKey = 1;

struct Keyring::Impl {
  struct Key {
    std::int64_t created_ms = 0;
    Secret secret;
    std::string wrapped = {};                  // by the key-encryption key
    std::string recovery = {};                 // by the recovery key
    std::unique_ptr<Sealer> sealer = nullptr;  // made at the first use
  };

  Impl(Disk& disk, const std::filesystem::path& directory, std::string_view gateway,
       const Secret& key);

  struct Match {
    const KeyCopies::Copy* copy = nullptr;
    std::unique_ptr<Impl> ring = nullptr;
  };
  static Match match(Disk& disk, const std::filesystem::path& directory,
                     const std::vector<const KeyCopies::Copy*>& newest_first, const Secret& key);
  // From the files, mended and brought up to `settings`; and new ones.
  static Result<std::unique_ptr<Impl>> load(Disk& disk, const std::filesystem::path& directory,
                                            std::string_view gateway, const KeySettings& settings);
  static Result<std::unique_ptr<Impl>> make(Disk& disk, const std::filesystem::path& directory,
                                            std::string_view gateway, const KeySettings& settings);

  // Counts for what is wrapped from now on.
  void use(const Secret& key);
  void add(KeyNumber number, std::int64_t created_ms, Secret secret);
  void wrap(KeyNumber number, Key& key);
  void wrap_all();
  // True when this is not the key enrolled so far: then everything is to be wrapped and saved.
  Result<bool> enrol(const std::filesystem::path& recovery_public);

  // Fills a new ring. `corrupt` when anything does not open under the key-encryption key.
  Result<> adopt(const KeyFile& file);
  // The same with the private half of the recovery key.
  Result<> adopt_recovered(const KeyFile& file, const RecoveryKey& private_half);

  [[nodiscard]] std::string to_bytes();
  // Both files, durable. After an error the keys in memory may be saved again.
  Result<> save();
  [[nodiscard]] KeyNumber newest() const { return keys.empty() ? 0 : keys.rbegin()->first; }

  KeyCopies copies;
  std::string gateway;
  std::optional<Sealer> wrapper;
  std::optional<Tagger> file_tagger;
  std::string key_fingerprint;
  bool software_key = true;
  std::optional<RecoveryKey> recovery;  // its public half
  std::uint64_t generation = 0;
  std::map<KeyNumber, Key> keys;
  std::optional<Tagger> tagger;
};

}  // namespace vitalgate::sync
