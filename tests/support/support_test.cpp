// What the other tests stand on.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "tests/support/failure.h"
#include "tests/support/network.h"
#include "tests/support/process.h"
#include "tests/support/pseudo_terminal.h"
#include "tests/support/temp_dir.h"

namespace vitalgate::test {
namespace {

using Bytes = std::vector<std::uint8_t>;

class PseudoTerminalTest : public testing::Test {
 protected:
  // The reader's end, as an agent would open it.
  int open_reader() const { return open(line_.link().c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK); }

  Bytes read_all(int reader) const {
    Bytes all;
    std::uint8_t part[4096];
    for (ssize_t got = 0; (got = read(reader, part, sizeof part)) > 0;) {
      all.insert(all.end(), part, part + got);
    }
    return all;
  }

  TempDir folder_;
  PseudoTerminal line_{folder_.path() / "port"};
};

TEST_F(PseudoTerminalTest, CarriesEveryByteUnchanged) {
  Bytes every(256);
  for (std::size_t at = 0; at < every.size(); ++at) every[at] = static_cast<std::uint8_t>(at);
  const int reader = open_reader();
  EXPECT_TRUE(line_.heard());
  EXPECT_TRUE(line_.write(every));
  EXPECT_EQ(read_all(reader), every);
  close(reader);
}

TEST_F(PseudoTerminalTest, LosesWhatNobodyListensTo) {
  EXPECT_FALSE(line_.heard());
  EXPECT_FALSE(line_.write(Bytes{1, 2, 3}));
  const int reader = open_reader();
  EXPECT_TRUE(read_all(reader).empty());
  EXPECT_EQ(line_.counts().unheard, 1u);
  close(reader);
}

TEST_F(PseudoTerminalTest, DiscardsWholeFramesWhenTheReaderIsSlow) {
  const int reader = open_reader();
  const Bytes frame{'a', 'b', 'c', 'd', 'e', 'f', '\n'};
  const int written = 40'000;
  for (int count = 0; count < written; ++count) line_.write(frame);
  Bytes read = read_all(reader);
  line_.write(frame);  // brings the rest of a frame that went in only in part
  const Bytes rest = read_all(reader);
  read.insert(read.end(), rest.begin(), rest.end());

  const auto counts = line_.counts();
  EXPECT_GT(counts.discarded, 0u);
  EXPECT_EQ(counts.sent + counts.discarded, written + 1u);
  ASSERT_EQ(read.size(), counts.sent * frame.size());
  for (std::size_t at = 0; at < read.size(); ++at) ASSERT_EQ(read[at], frame[at % frame.size()]);
  close(reader);
}

TEST_F(PseudoTerminalTest, HangsUpItsReaderWhenUnplugged) {
  const int reader = open_reader();
  line_.unplug();
  EXPECT_FALSE(std::filesystem::exists(std::filesystem::symlink_status(line_.link())));
  std::uint8_t byte = 0;
  EXPECT_LE(read(reader, &byte, 1), 0);
  close(reader);
  line_.plug();
  const int again = open_reader();
  EXPECT_TRUE(line_.write(Bytes{7}));
  EXPECT_EQ(read_all(again), Bytes{7});
  close(again);
}

TEST_F(PseudoTerminalTest, GivesTheNextReaderAFreshPort) {
  const int dead = open_reader();
  line_.write(Bytes{1, 2, 3});
  line_.tend();
  close(dead);
  line_.tend();
  const int next = open_reader();
  line_.write(Bytes{4});
  EXPECT_EQ(read_all(next), Bytes{4});
  close(next);
}

class ProcessTest : public testing::Test {
 protected:
  TempDir folder_;
  std::filesystem::path log_ = folder_.path() / "log";
};

TEST_F(ProcessTest, EndsWithItsOwner) {
  pid_t pid = 0;
  {
    Process sleeper({"/bin/sleep", "1000"}, log_, log_);
    pid = sleeper.pid();
    EXPECT_TRUE(sleeper.running());
  }
  EXPECT_EQ(::kill(pid, 0), -1);
}

TEST_F(ProcessTest, TellsHowItEnded) {
  EXPECT_EQ(run({"/bin/sh", "-c", "exit 7"}).code, 7);
  Process sleeper({"/bin/sleep", "1000"}, log_, log_);
  EXPECT_FALSE(sleeper.wait(Milliseconds(1)));
  EXPECT_EQ(sleeper.stop(), 128 + SIGTERM);
}

TEST_F(ProcessTest, KeepsBothOutputsApart) {
  const Output output = run({"/bin/sh", "-c", "echo out; echo err >&2"});
  EXPECT_EQ(output.out, "out\n");
  EXPECT_EQ(output.err, "err\n");
}

TEST_F(ProcessTest, SaysWhatCannotBeStarted) {
  EXPECT_THROW(Process({folder_.path() / "nothing"}, log_, log_), Failure);
}

TEST(NetworkTest, FindsAPortThatNobodyUses) { EXPECT_FALSE(accepts(free_port())); }

}  // namespace
}  // namespace vitalgate::test
