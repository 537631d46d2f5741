// Every write of the key files cut off or failing, one after the other.
#include <functional>

#include "tests/unit/sync/keyring_fixture.h"

namespace vitalgate::sync {
namespace {

// What the disk lets through is seen afterwards.
template <class T>
void ignore(const Result<T>&) {}

class KeyringCutTest : public KeyringFixture {
 protected:
  // What a ring held before: sealed texts that every later one has to open.
  void begin() {
    Keyring ring = open(with("first.key"), true);
    ASSERT_TRUE(ring.rotate(1));
    before_ = {seal(ring, 1), seal(ring, 2)};
    files_ = disk_.files();
  }

  // Whether a ring opens with the first or the second key, and still opens what it has to.
  void expect_whole(const std::string& where, KeyNumber oldest = 1) {
    Keyring ring = open(with("second.key", "first.key"));
    for (KeyNumber number = oldest; number <= before_.size(); ++number)
      EXPECT_TRUE(opens(ring, number, before_[number - 1])) << where << ", key " << number;
    const auto after = disk_.files();
    ASSERT_EQ(after.size(), 2u) << where;
    EXPECT_EQ(after.begin()->second, after.rbegin()->second) << where;
    EXPECT_TRUE(ring.rotate(2)) << where;
  }

  // Runs `act` again and again, each time with the power cut one call later.
  void cut_everywhere(const std::function<void()>& act, KeyNumber oldest = 1) {
    int cuts = 0;
    for (bool went_through = false; !went_through; ++cuts)
      for (const bool only_synced : {false, true}) {
        disk_.set_files(files_);
        disk_.fail_after(cuts, true);
        act();
        went_through = !disk_.failed();
        disk_.restart(only_synced);
        expect_whole("cut " + std::to_string(cuts) + (only_synced ? " of synced names" : ""),
                     oldest);
      }
    EXPECT_GT(cuts, 8);
  }

  std::vector<std::string> before_;
};

TEST_F(KeyringCutTest, ACutWhileTheFilesAreMadeLeavesNoneOrAll) {
  for (int cut = 0; cut < 30; ++cut)
    for (const bool only_synced : {false, true}) {
      disk_.set_files({});
      disk_.fail_after(cut, true);
      const bool made = static_cast<bool>(try_open(with("first.key"), true));
      disk_.restart(only_synced);
      EXPECT_TRUE(!made || *Keyring::is_there(disk_, kFolder)) << cut;
      open(with("first.key"), true);
      EXPECT_EQ(disk_.files().size(), 2u) << cut;
    }
}

TEST_F(KeyringCutTest, ACutWhileRotatingLosesNoKey) {
  begin();
  cut_everywhere([&] {
    auto victim = try_open(with("first.key"));
    if (victim) ignore(victim->rotate(5));
  });
}

TEST_F(KeyringCutTest, ACutWhileKeysAreWipedLosesNoneInUse) {
  begin();
  const auto act = [&] {
    auto victim = try_open(with("first.key"));
    if (victim) ignore(victim->keep_only({2}));
  };
  cut_everywhere(act, /*oldest=*/2);
}

TEST_F(KeyringCutTest, ACutWhileGoingOverToAnotherKeyLeavesARingOfEither) {
  begin();
  cut_everywhere([&] { ignore(try_open(with("second.key", "first.key"))); });
}

TEST_F(KeyringCutTest, ACutGoingOverDoesNotForbidTheWayBack) {
  begin();
  for (int cut = 0; cut < 6; ++cut) {
    disk_.set_files(files_);
    disk_.fail_after(cut, true);
    EXPECT_FALSE(try_open(with("second.key", "first.key")));
    disk_.restart(false);
    EXPECT_TRUE(try_open(with("first.key"))) << cut;  // only `keys.a` is wrapped by the new one
  }
}

TEST_F(KeyringCutTest, ACutWhileADamagedFileIsMendedLeavesTheGoodOne) {
  begin();
  for (const char* name : {"keys.a", "keys.b"}) {
    const auto good = files_;
    bytes_of(name).resize(50);
    cut_everywhere([&] { ignore(try_open(with("second.key", "first.key"))); });
    files_ = good;
  }
}

TEST_F(KeyringCutTest, AFailedWriteMayBeTriedAgainAndCutThen) {
  begin();
  for (int failure = 0; failure < 12; ++failure)
    for (int cut = 0; cut < 14; ++cut)
      for (const bool only_synced : {false, true}) {
        disk_.set_files(files_);
        Keyring victim = *try_open(with("first.key"));
        disk_.fail_after(failure, false);
        const bool first = static_cast<bool>(victim.rotate(5));
        EXPECT_EQ(victim.current(), first ? 3u : 2u);
        disk_.fail_after(cut, true);
        const auto second = victim.rotate(6);
        std::string sealed;
        if (second) sealed = seal(victim, *second);
        disk_.restart(only_synced);
        if (second) {
          Keyring again = open(with("first.key"));
          EXPECT_TRUE(opens(again, *second, sealed)) << failure << ", " << cut;
        }
        expect_whole("failure " + std::to_string(failure) + ", cut " + std::to_string(cut));
      }
}

TEST_F(KeyringCutTest, AnErasureThatSaysItIsDoneIsDurable) {
  begin();
  bool gone = false;
  for (int cut = 0; !gone; ++cut) {
    disk_.set_files(files_);
    Keyring victim = *try_open(with("first.key"));
    disk_.fail_after(cut, true);
    const bool erased = static_cast<bool>(victim.erase());
    disk_.restart(true);
    EXPECT_TRUE(!erased || disk_.files().empty()) << cut;
    gone = erased;
  }
}

}  // namespace
}  // namespace vitalgate::sync
