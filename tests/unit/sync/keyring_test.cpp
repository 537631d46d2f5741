#include "sync/buffer/keyring.h"

#include <cstdlib>

#include "tests/unit/sync/keyring_fixture.h"

namespace vitalgate::sync {
namespace {

class KeyringTest : public KeyringFixture {};

TEST_F(KeyringTest, OpensWhatItSealedAfterARestart) {
  std::string sealed;
  Tagger::Tag tag{};
  {
    Keyring ring = open(with("first.key"), true);
    EXPECT_EQ(ring.current(), 1u);
    sealed = seal(ring, 1);
    tag = ring.tagger().tag("a row");
  }
  Keyring ring = open(with("first.key"));
  EXPECT_TRUE(opens(ring, 1, sealed));
  EXPECT_EQ(ring.tagger().tag("a row"), tag);
}

TEST_F(KeyringTest, TwoFilesOfTheSameContentHoldIt) {
  EXPECT_FALSE(*Keyring::is_there(disk_, kFolder));
  open(with("first.key"), true);
  EXPECT_TRUE(*Keyring::is_there(disk_, kFolder));
  files_ = disk_.files();
  EXPECT_EQ(files_.size(), 2u);
  EXPECT_EQ(bytes_of("keys.a"), bytes_of("keys.b"));
}

TEST_F(KeyringTest, NoKeyIsInItsFiles) {
  open(with("first.key"), true);
  Secret kek = *read_key(with("first.key").reference);
  const std::string raw(reinterpret_cast<const char*>(kek.bytes().data()), Secret::kSize);
  for (const auto& [name, bytes] : disk_.files()) {
    EXPECT_EQ(bytes.find(raw), std::string::npos);
    EXPECT_EQ(bytes.find(std::string(32, '1')), std::string::npos);
  }
}

TEST_F(KeyringTest, MissingFilesAreNotMadeAgainUnlessAsked) {
  const auto ring = try_open(with("first.key"), false);
  ASSERT_FALSE(ring);
  EXPECT_EQ(ring.error().code, Errc::rejected);
  EXPECT_FALSE(ring.error().hint.empty());
  EXPECT_TRUE(disk_.files().empty());
}

TEST_F(KeyringTest, ARotatedKeyIsTheCurrentOneAndTheOldOneStillOpens) {
  Keyring ring = open(with("first.key"), true);
  const std::string old = seal(ring, 1);
  EXPECT_EQ(*ring.rotate(1'700'000'000'000), 2u);
  EXPECT_EQ(ring.current(), 2u);
  const std::string fresh = seal(ring, 2);
  EXPECT_FALSE(opens(ring, 1, fresh));
  Keyring again = open(with("first.key"));
  EXPECT_EQ(again.current(), 2u);
  EXPECT_EQ(again.info().created_ms, 1'700'000'000'000);
  EXPECT_EQ(again.info().data_keys, 2u);
  EXPECT_TRUE(opens(again, 1, old));
  EXPECT_TRUE(opens(again, 2, fresh));
}

TEST_F(KeyringTest, AKeyThatIsNotThereIsNamed) {
  Keyring ring = open(with("first.key"), true);
  for (const KeyNumber number : {0u, 7u}) {
    const auto sealer = ring.sealer(number);
    ASSERT_FALSE(sealer);
    EXPECT_EQ(sealer.error().code, Errc::corrupt);
    EXPECT_EQ(sealer.error().what, "there is no data key " + std::to_string(number));
  }
}

TEST_F(KeyringTest, KeepsOnlyTheKeysInUseAndTheCurrentOne) {
  Keyring ring = open(with("first.key"), true);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(ring.rotate(i));
  ASSERT_TRUE(ring.keep_only({2}));
  for (Keyring* each : {&ring}) {
    EXPECT_FALSE(each->sealer(1));
    EXPECT_TRUE(each->sealer(2));
    EXPECT_FALSE(each->sealer(3));
    EXPECT_TRUE(each->sealer(4));
  }
  Keyring again = open(with("first.key"));
  EXPECT_EQ(again.info().data_keys, 2u);
  EXPECT_FALSE(again.sealer(1));
  EXPECT_EQ(*again.rotate(9), 5u);  // a number is never used for two keys
  EXPECT_TRUE(again.keep_only({}));
  EXPECT_EQ(again.info().data_keys, 1u);
}

TEST_F(KeyringTest, AWrongKeyIsRefusedByNameAndNothingIsOverwritten) {
  Keyring ring = open(with("first.key"), true);
  const auto before = disk_.files();
  const std::string wanted = ring.info().key_fingerprint;
  const auto wrong = try_open(with("second.key"), true);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Errc::rejected);
  EXPECT_NE(wrong.error().what.find(path("second.key").string()), std::string::npos);
  EXPECT_NE(wrong.error().what.find("fingerprint " + wanted), std::string::npos);
  EXPECT_NE(wrong.error().hint.find("buffer.old_key"), std::string::npos);
  EXPECT_EQ(disk_.files(), before);
}

TEST_F(KeyringTest, ARingOfAnotherGatewayIsRefused) {
  open(with("first.key"), true);
  const auto before = disk_.files();
  const auto ring = Keyring::open(disk_, kFolder, "clinic-043", with("first.key"), true);
  ASSERT_FALSE(ring);
  EXPECT_EQ(ring.error().code, Errc::rejected);
  EXPECT_NE(ring.error().hint.find("clinic-042"), std::string::npos);
  EXPECT_EQ(disk_.files(), before);
}

TEST_F(KeyringTest, OneDamagedOrMissingFileIsMendedFromTheOther) {
  std::string sealed;
  {
    Keyring ring = open(with("first.key"), true);
    ASSERT_TRUE(ring.rotate(1));
    sealed = seal(ring, 2);
  }
  const auto good = disk_.files();
  for (const char* name : {"keys.a", "keys.b"}) {
    const std::size_t size = good.at(kFolder / name).size();
    for (std::size_t at = 0; at <= size; at += 7) {
      files_ = good;
      if (at == 0)
        files_.erase(kFolder / name);
      else if (at % 2 == 0)
        bytes_of(name).resize(at);
      else
        bytes_of(name)[at] = static_cast<char>(bytes_of(name)[at] ^ 1);
      disk_.set_files(files_);
      Keyring ring = open(with("first.key"));
      ASSERT_TRUE(opens(ring, 2, sealed)) << name << " at " << at;
      ASSERT_EQ(disk_.files(), good);
    }
  }
}

TEST_F(KeyringTest, TwoDamagedFilesAreRefusedAndLeftAsTheyAre) {
  open(with("first.key"), true);
  files_ = disk_.files();
  bytes_of("keys.a")[30] = '?';
  bytes_of("keys.b").resize(100);
  disk_.set_files(files_);
  const auto ring = try_open(with("first.key"), false);
  ASSERT_FALSE(ring);
  EXPECT_EQ(ring.error().code, Errc::rejected);
  EXPECT_NE(ring.error().hint.find("vitalgate buffer recover"), std::string::npos);
  EXPECT_NE(ring.error().hint.find("support"), std::string::npos);
  EXPECT_EQ(disk_.files(), files_);
}

TEST_F(KeyringTest, WhereNothingWasSealedYetABeginningThatWasCutOffIsBegunAgain) {
  open(with("first.key"), true);
  files_ = disk_.files();
  bytes_of("keys.a")[30] = '?';
  files_.erase(std::find_if(files_.begin(), files_.end(), [](const auto& file) {
    return std::filesystem::path(file.first).filename() == "keys.b";
  }));
  disk_.set_files(files_);
  Keyring ring = open(with("first.key"), true);
  EXPECT_EQ(ring.current(), 1u);
}

TEST_F(KeyringTest, GoesOverToANewKeyAndForgetsTheOldOne) {
  std::string sealed;
  {
    Keyring ring = open(with("first.key"), true);
    ASSERT_TRUE(ring.rotate(1));
    sealed = seal(ring, 1);
  }
  {
    Keyring ring = open(with("second.key", "first.key"));
    EXPECT_TRUE(opens(ring, 1, sealed));
  }
  // The old one may be gone from then on, although the settings still name it.
  std::filesystem::remove(path("first.key"));
  Keyring ring = open(with("second.key", "first.key"));
  EXPECT_TRUE(opens(ring, 1, sealed));
  put("first.key", std::string(64, '1'));
  EXPECT_FALSE(try_open(with("first.key")));
}

TEST_F(KeyringTest, TwoKeysThatBothDoNotFitAreRefused) {
  put("third.key", std::string(64, '3'));
  open(with("third.key"), true);
  const auto ring = try_open(with("second.key", "first.key"));
  ASSERT_FALSE(ring);
  EXPECT_EQ(ring.error().code, Errc::rejected);
}

TEST_F(KeyringTest, AnErasedRingLeavesNoByteOfItself) {
  Keyring ring = open(with("first.key"), true);
  ASSERT_TRUE(ring.rotate(1));
  const auto fingerprints = ring.erase();
  ASSERT_TRUE(fingerprints);
  EXPECT_EQ(fingerprints->size(), 3u);
  EXPECT_TRUE(disk_.files().empty());
  EXPECT_FALSE(ring.sealer(1));
  EXPECT_FALSE(*Keyring::is_there(disk_, kFolder));
  disk_.restart(true);
  EXPECT_TRUE(disk_.files().empty());  // durably
}

TEST_F(KeyringTest, SaysWhereItsKeyComesFrom) {
  const Keyring ring = open(with("first.key"), true);
  EXPECT_TRUE(ring.info().software_key);
  EXPECT_EQ(ring.info().recovery_fingerprint, "");
  EXPECT_EQ(ring.info().key_fingerprint, fingerprint(*read_key(with("first.key").reference)));
  ::setenv("CREDENTIALS_DIRECTORY", dir_.path().c_str(), 1);
  const Keyring by_credential = open({"cred:first.key", {}, {}});
  ::unsetenv("CREDENTIALS_DIRECTORY");
  EXPECT_FALSE(by_credential.info().software_key);
}

TEST_F(KeyringTest, TheRecoveryKeyBringsAGatewayBackThatLostItsKey) {
  std::string old;
  std::string fresh;
  {
    Keyring ring = open(with_recovery("first.key"), true);
    EXPECT_EQ(ring.info().recovery_fingerprint.size(), 10u);
    old = seal(ring, 1);
    ASSERT_TRUE(ring.rotate(1));
    fresh = seal(ring, 2);
  }
  put("private.pem", recovery_pair(0).private_pem);
  const auto recovered = Keyring::recover(disk_, kFolder, path("private.pem"), with("second.key"));
  ASSERT_TRUE(recovered) << recovered.error().what;
  Keyring ring = open(with("second.key"));
  EXPECT_TRUE(opens(ring, 1, old));
  EXPECT_TRUE(opens(ring, 2, fresh));
  EXPECT_EQ(ring.info().recovery_fingerprint.size(), 10u);  // still enrolled
}

TEST_F(KeyringTest, ARecoveryKeyEnrolledLaterWrapsTheKeysThatAreThere) {
  std::string sealed;
  {
    Keyring ring = open(with("first.key"), true);
    sealed = seal(ring, 1);
  }
  open(with_recovery("first.key"));
  { ASSERT_TRUE(open(with("first.key")).rotate(1)); }  // stays enrolled without the setting
  put("private.pem", recovery_pair(0).private_pem);
  ASSERT_TRUE(Keyring::recover(disk_, kFolder, path("private.pem"), with("second.key")));
  Keyring ring = open(with("second.key"));
  EXPECT_TRUE(opens(ring, 1, sealed));
  EXPECT_TRUE(ring.sealer(2));
}

TEST_F(KeyringTest, AnotherRecoveryKeyTakesThePlaceOfTheFirst) {
  const std::string before = open(with_recovery("first.key"), true).info().recovery_fingerprint;
  EXPECT_NE(open(with_recovery("first.key", 1)).info().recovery_fingerprint, before);
  put("private.pem", recovery_pair(0).private_pem);
  const auto refused = Keyring::recover(disk_, kFolder, path("private.pem"), with("second.key"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::rejected);
  EXPECT_NE(refused.error().what.find(before), std::string::npos);
  put("private.pem", recovery_pair(1).private_pem);
  EXPECT_TRUE(Keyring::recover(disk_, kFolder, path("private.pem"), with("second.key")));
}

TEST_F(KeyringTest, WithoutAnEnrolledKeyThereIsNothingToRecover) {
  open(with("first.key"), true);
  put("private.pem", recovery_pair(0).private_pem);
  const auto refused = Keyring::recover(disk_, kFolder, path("private.pem"), with("second.key"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::rejected);
  EXPECT_FALSE(refused.error().hint.empty());
}

TEST_F(KeyringTest, AnUnusableRecoveryKeyIsRefusedWithWhatToDo) {
  KeySettings settings = with("first.key");
  settings.recovery_public = path("none.pub");
  EXPECT_EQ(try_open(settings, true).error().code, Errc::rejected);
  put("none.pub", recovery_pair(0).private_pem.substr(0, 400), 0444);
  const auto refused = try_open(settings, true);
  ASSERT_FALSE(refused);
  EXPECT_FALSE(refused.error().hint.empty());
  EXPECT_TRUE(disk_.files().empty());
}

}  // namespace
}  // namespace vitalgate::sync
