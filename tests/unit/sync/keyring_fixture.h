// A key ring on a disk in memory; its key-encryption keys are real files.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <string>

#include "sync/buffer/keyring.h"
#include "sync/buffer/recovery_key.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/sync/cut_disk.h"

namespace vitalgate::sync {

inline constexpr std::string_view kGateway = "clinic-042";
inline const std::filesystem::path kFolder = "/buffer";

class KeyringFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    put("first.key", std::string(64, '1') + "\n");
    put("second.key", std::string(64, '2') + "\n");
  }

  [[nodiscard]] std::filesystem::path path(const std::string& name) const {
    return dir_.path() / name;
  }
  void put(const std::string& name, const std::string& content, mode_t mode = 0400) const {
    std::filesystem::remove(path(name));
    std::ofstream(path(name)) << content;
    ::chmod(path(name).c_str(), mode);
  }
  [[nodiscard]] KeySettings with(const std::string& name, const std::string& old = {}) const {
    return {"file:" + path(name).string(), old.empty() ? old : "file:" + path(old).string(), {}};
  }
  // Making a pair takes long: all tests have the same two.
  [[nodiscard]] KeySettings with_recovery(const std::string& name, std::size_t pair = 0) const {
    put("recovery.pub", recovery_pair(pair).public_pem, 0444);
    KeySettings settings = with(name);
    settings.recovery_public = path("recovery.pub");
    return settings;
  }
  static const RecoveryPair& recovery_pair(std::size_t which) {
    static const std::array<RecoveryPair, 2> kPairs{make_recovery_pair(), make_recovery_pair()};
    return kPairs.at(which);
  }

  Result<Keyring> try_open(const KeySettings& settings, bool create = false) {
    return Keyring::open(disk_, kFolder, kGateway, settings, create);
  }
  Keyring open(const KeySettings& settings, bool create = false) {
    auto ring = try_open(settings, create);
    if (!ring) ADD_FAILURE() << ring.error().what;
    return *std::move(ring);
  }
  std::string& bytes_of(const std::string& name) { return files_[kFolder / name]; }

  static std::string seal(Keyring& ring, KeyNumber number) {
    std::string out;
    (*ring.sealer(number))->seal("a heart beats", "here", out);
    return out;
  }
  static bool opens(Keyring& ring, KeyNumber number, const std::string& sealed) {
    std::string out;
    auto sealer = ring.sealer(number);
    return sealer && (*sealer)->open(sealed, "here", out) && out == "a heart beats";
  }

  test::TempDir dir_;
  CutDisk disk_;
  std::map<std::filesystem::path, std::string> files_;
};

}  // namespace vitalgate::sync
