// Where the key-encryption key comes from: read_key() and fingerprint().
#include <cstdlib>

#include "tests/unit/sync/keyring_fixture.h"

namespace vitalgate::sync {
namespace {

class KeySourceTest : public KeyringFixture {
 protected:
  [[nodiscard]] Result<Secret> read(const std::string& name) const {
    return read_key("file:" + path(name).string());
  }
  void expect_refused(const std::string& reference, const std::string& what,
                      const std::string& hint) {
    const auto key = read_key(reference);
    ASSERT_FALSE(key) << reference;
    EXPECT_EQ(key.error().code, Errc::rejected);
    EXPECT_NE(key.error().what.find(what), std::string::npos) << key.error().what;
    EXPECT_NE(key.error().hint.find(hint), std::string::npos) << key.error().hint;
  }
};

TEST_F(KeySourceTest, ReadsBytesAndHexadecimalDigitsAlike) {
  std::string raw;
  for (int i = 0; i < 32; ++i) raw.push_back(static_cast<char>(0x80 + i));
  const std::string hex = "808182838485868788898a8b8c8d8e8f909192939495969798999A9B9C9D9E9F";
  put("raw", raw);
  const auto wanted = (*read("raw")).bytes();
  for (const char* end : {"", "\n", "\r\n"}) {
    put("hex", hex + end);
    EXPECT_EQ((*read("hex")).bytes(), wanted);
  }
}

TEST_F(KeySourceTest, AnythingElseInTheFileIsRefused) {
  for (const std::string& content :
       {std::string(), std::string(31, 'x'), std::string(33, 'x'), std::string(63, '1'),
        std::string(65, '1'), std::string(64, 'g'), std::string(64, '1') + "\n\n",
        std::string(64, '1') + "\n1", std::string(1000, '1')}) {
    put("bad", content);
    expect_refused("file:" + path("bad").string(), "neither 32 bytes nor 64", "new-key");
  }
}

TEST_F(KeySourceTest, NeverRepeatsWhatTheFileHolds) {
  put("bad", "swordfish");
  const auto key = read("bad");
  EXPECT_EQ(key.error().what.find("swordfish"), std::string::npos);
  EXPECT_EQ(key.error().hint.find("swordfish"), std::string::npos);
}

TEST_F(KeySourceTest, AFileThatOthersCanReadIsRefused) {
  for (const mode_t mode : {0440u, 0404u, 0660u, 0644u, 0420u}) {
    put("open", std::string(64, '1'), mode);
    expect_refused("file:" + path("open").string(), "can be read by others",
                   "chmod 0400 " + path("open").string());
  }
  put("mine", std::string(64, '1'), 0600);
  EXPECT_TRUE(read("mine"));
}

TEST_F(KeySourceTest, AMissingFileSaysHowOneIsMade) {
  expect_refused("file:" + path("none").string(), "is not there",
                 "vitalgate buffer new-key " + path("none").string());
  expect_refused("file:" + dir_.path().string(), "is not a file", "buffer.key");
}

TEST_F(KeySourceTest, ReadsACredentialOfTheService) {
  expect_refused("cred:first.key", "outside of the service", "systemctl start vitalgated");
  ::setenv("CREDENTIALS_DIRECTORY", dir_.path().c_str(), 1);
  EXPECT_TRUE(read_key("cred:first.key"));
  // systemd gives its user access by a list, whose mask shows as the group's bits.
  put("listed", std::string(64, '1'), 0440);
  EXPECT_TRUE(read_key("cred:listed"));
  put("open", std::string(64, '1'), 0444);
  expect_refused("cred:open", "can be read by others", "chmod");
  expect_refused("cred:none", "is not there", "LoadCredentialEncrypted=none");
  ::unsetenv("CREDENTIALS_DIRECTORY");
}

TEST_F(KeySourceTest, AReferenceOfAnotherFormIsRefused) {
  for (const char* reference : {"", "/etc/key", "cred:", "cred:../x", "file:key", "tpm2:0x81",
                                "1111111111111111111111111111111111111111111111111111111111111111"})
    expect_refused(reference, "buffer.key", "file:/path");
}

TEST_F(KeySourceTest, AFingerprintNamesAKey) {
  Secret key;
  for (std::size_t i = 0; i < Secret::kSize; ++i) key.bytes().at(i) = static_cast<unsigned char>(i);
  EXPECT_EQ(fingerprint(key), "aff8d3eec4");  // by another implementation
  EXPECT_NE(fingerprint(Secret::random()), fingerprint(Secret::random()));
}

}  // namespace
}  // namespace vitalgate::sync
