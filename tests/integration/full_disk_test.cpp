// A disk without a free byte: the intake stops and says so, what is stored still leaves, and when
// there is room again everything goes on by itself.

#include <sys/mount.h>

#include <fstream>

#include "tests/integration/world.h"

namespace vitalgate::test {
namespace {

// 64 MB of a file system of their own, mounted over `directory` until this is gone.
class SmallDisk {
 public:
  explicit SmallDisk(std::filesystem::path directory) : directory_(std::move(directory)) {
    mounted_ = ::mount("tmpfs", directory_.c_str(), "tmpfs", 0, "size=64m,mode=0700") == 0;
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (mounted_) ::umount2(directory_.c_str(), MNT_DETACH);
  }

  [[nodiscard]] bool mounted() const { return mounted_; }
  [[nodiscard]] std::filesystem::path filler() const { return directory_ / "somebody-elses-file"; }

  // To the last byte.
  void fill() const {
    for (const std::size_t piece : {std::size_t{1} << 20, std::size_t{4096}, std::size_t{1}}) {
      std::ofstream file(filler(), std::ios::app | std::ios::binary);
      const std::string bytes(piece, 'x');
      while (file.write(bytes.data(), static_cast<std::streamsize>(piece)).flush()) continue;
    }
  }
  void free() const { std::filesystem::remove(filler()); }

 private:
  std::filesystem::path directory_;
  bool mounted_ = false;
};

class FullDiskTest : public World {};

TEST_F(FullDiskTest, IntakeStopsWithWordsWhatIsStoredLeavesAndAllGoesOnWhenThereIsRoom) {
  prepare();
  const SmallDisk disk(site_.agent() / "store");
  if (!disk.mounted()) GTEST_SKIP() << "skipped: needs the right to mount a file system (root)";
  site_.start();
  agent_->start();
  clinic_->start();
  wait_until_delivered();
  site_.broker.stop();
  agent_->wait_for("a backlog", [](const Status& now) { return now.waiting > 50; });
  disk.fill();
  const Status full = agent_->wait_for("the full disk to be seen",
                                       [](const Status& now) { return now.state == "failing"; });
  EXPECT_TRUE(mentions(full.reason, {"buffer"})) << full.reason;
  const std::string words = agent_->ask({"buffer", "status"}).out;
  EXPECT_TRUE(mentions(words, {"disk"})) << words;
  EXPECT_TRUE(mentions(words, {"Try:"})) << words;

  site_.broker.start();
  agent_->wait_for("the backlog to drain from a full disk",
                   [](const Status& now) { return now.waiting == 0 && now.state == "failing"; });
  disk.free();
  const Status before = *agent_->status();
  agent_->wait_for("the intake to go on", [&](const Status& now) {
    return now.state != "failing" && now.sequenced() > before.sequenced();
  });
  expect_all_arrived();
}

TEST_F(FullDiskTest, AnAgentKilledOnAFullDiskStartsAgainThere) {
  prepare();
  const SmallDisk disk(site_.agent() / "store");
  if (!disk.mounted()) GTEST_SKIP() << "skipped: needs the right to mount a file system (root)";
  agent_->start();
  clinic_->start();
  agent_->wait_for("a backlog", [](const Status& now) { return now.waiting > 50; });
  disk.fill();
  const Status full = agent_->wait_for("the full disk to be seen",
                                       [](const Status& now) { return now.state == "failing"; });
  agent_->kill();
  agent_->start();
  agent_->wait_for("the same readings to wait",
                   [&](const Status& now) { return now.waiting >= full.waiting; });
  disk.fill();  // what the start gave back
  site_.start();
  agent_->wait_for("the backlog to drain",
                   [](const Status& now) { return now.state == "failing" && now.waiting == 0; });
  disk.free();
  agent_->wait_for("the intake to go on", [](const Status& now) { return now.state != "failing"; });
  expect_all_arrived();
}

}  // namespace
}  // namespace vitalgate::test
