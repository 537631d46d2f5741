#include "firmware-bridge/serial/port.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <filesystem>

#include "firmware-bridge/serial/holder.h"
#include "tests/unit/firmware-bridge/other_process.h"
#include "tests/unit/firmware-bridge/raw_line.h"

namespace vitalgate::bridge {
namespace {

using test::bytes_of;
using test::OtherProcess;
using test::RawLine;
using Way = OtherProcess::Way;

std::string read_text(Port& port) {
  std::array<std::byte, 64> buffer{};
  pollfd line{port.fd(), POLLIN, 0};
  ::poll(&line, 1, 2000);
  const auto count = port.read(buffer);
  if (!count) return count.error().what;
  return {reinterpret_cast<const char*>(buffer.data()), *count};
}

TEST(PortTest, BytesPassUnchangedBothWays) {
  const RawLine line;
  auto port = Port::open(line.path(), 9600);
  ASSERT_TRUE(port) << port.error().what;
  line.send(bytes_of("a\r\n\x03\x11\x13\xFF"));
  EXPECT_EQ(read_text(*port), "a\r\n\x03\x11\x13\xFF");
  EXPECT_EQ(*port->write(bytes_of("\x06\n")), 2u);
  EXPECT_EQ(line.receive(std::chrono::seconds(2)), bytes_of("\x06\n"));
}

TEST(PortTest, NothingToReadIsNoBytesAndNoError) {
  const RawLine line;
  auto port = Port::open(line.path(), 115200);
  std::array<std::byte, 8> buffer{};
  const auto count = port->read(buffer);
  ASSERT_TRUE(count);
  EXPECT_EQ(*count, 0u);
}

TEST(PortTest, APulledLineReadsAsUnplugged) {
  RawLine line;
  auto port = Port::open(line.path(), 9600);
  ASSERT_TRUE(port);
  EXPECT_TRUE(port->still_there());
  line.unplug();
  std::array<std::byte, 8> buffer{};
  const auto count = port->read(buffer);
  ASSERT_FALSE(count);
  EXPECT_EQ(count.error().code, Errc::unavailable);
  EXPECT_EQ(count.error().what, "unplugged");
  EXPECT_FALSE(port->still_there());
}

TEST(PortTest, APathThatLeadsElsewhereIsNoLongerThere) {
  const RawLine first, second;
  const auto link =
      std::filesystem::path(testing::TempDir()) / ("port_test." + std::to_string(::getpid()));
  std::filesystem::create_symlink(first.path(), link);
  auto port = Port::open(link, 9600);
  ASSERT_TRUE(port);
  EXPECT_TRUE(port->still_there());
  std::filesystem::remove(link);
  EXPECT_FALSE(port->still_there());
  std::filesystem::create_symlink(second.path(), link);
  EXPECT_FALSE(port->still_there());
  std::filesystem::remove(link);
}

TEST(PortTest, AMissingPortSaysHowToFindIt) {
  const auto port = Port::open("/dev/no-such-port", 9600);
  ASSERT_FALSE(port);
  EXPECT_EQ(port.error().code, Errc::unavailable);
  EXPECT_EQ(port.error().what, "no such port: /dev/no-such-port");
  EXPECT_NE(port.error().hint.find("ls -l /dev/serial/by-id"), std::string::npos);
  EXPECT_FALSE(is_held(port.error()));
}

TEST(PortTest, WhatIsNoTerminalIsRefused) {
  for (const auto* path : {"/dev/null", "/dev", "/proc/self/comm"}) {
    const auto port = Port::open(path, 9600);
    ASSERT_FALSE(port) << path;
    EXPECT_EQ(port.error().code, Errc::rejected) << path;
    EXPECT_EQ(port.error().what, std::string("not a serial port: ") + path);
  }
}

TEST(PortTest, AnUnusualBaudRateIsRefused) {
  const RawLine line;
  const auto port = Port::open(line.path(), 9601);
  ASSERT_FALSE(port);
  EXPECT_EQ(port.error().code, Errc::rejected);
}

TEST(PortTest, MissingRightsSayWhichGroupHelps) {
  const RawLine line;
  ASSERT_EQ(::chmod(line.path().c_str(), 0), 0);
  const uid_t user = ::geteuid();
  constexpr uid_t kNobody = 65534;
  // Root may open everything.
  ASSERT_TRUE(user != 0 || ::seteuid(kNobody) == 0);
  const auto port = Port::open(line.path(), 9600);
  ASSERT_EQ(::seteuid(user), 0);
  ASSERT_FALSE(port);
  EXPECT_EQ(port.error().code, Errc::rejected);
  EXPECT_EQ(port.error().what, "no right to open " + line.path());
  EXPECT_EQ(port.error().hint, "Try: sudo usermod -aG dialout vitalgated");
}

class HeldPortTest : public testing::TestWithParam<Way> {};

TEST_P(HeldPortTest, NamesItsHolderAndOpensOnceThatIsGone) {
  const RawLine line;
  OtherProcess other(line, GetParam());
  const auto port = Port::open(line.path(), 9600);
  ASSERT_FALSE(port);
  EXPECT_TRUE(is_held(port.error()));
  EXPECT_EQ(port.error().code, Errc::unavailable);
  EXPECT_EQ(port.error().what, other.held_by());
  EXPECT_EQ(port.error().hint,
            "Try: stop that program, or give this device another port (device.port)");
  other.end();
  EXPECT_TRUE(Port::open(line.path(), 9600));
}

INSTANTIATE_TEST_SUITE_P(Ways, HeldPortTest, testing::Values(Way::opens, Way::opens_and_locks));

TEST(PortTest, TheProcessAtTheOtherEndOfARawLineIsNoHolder) {
  const RawLine line;
  const OtherProcess simulator(line, Way::is_the_other_end);
  EXPECT_TRUE(Port::open(line.path(), 9600));
}

TEST(PortTest, AHolderThatCannotBeSeenIsStillAHolder) {
  const RawLine line;
  const auto first = Port::open(line.path(), 9600);
  ASSERT_TRUE(first);
  const auto second = Port::open(line.path(), 9600);  // our own process is not looked at
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().what, "held by another process");
  EXPECT_EQ(second.error().hint, "Try: sudo fuser -v " + line.path());
}

TEST(PortTest, APortCanBeOpenedAgainAfterItWasClosed) {
  const RawLine line;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(Port::open(line.path(), 9600));
}

}  // namespace
}  // namespace vitalgate::bridge
