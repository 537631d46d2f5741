// Serial lines that come and go, or belong to somebody else.
#include "tests/integration/world.h"
#include "tests/support/paths.h"

namespace vitalgate::test {
namespace {

class SerialLineTest : public World {};

TEST_F(SerialLineTest, IsReadAgainAfterItWasPulledOutAndPluggedBack) {
  prepare();
  site_.start();
  agent_->start();
  clinic_->start();
  const std::string pulled = first_device();
  const auto received = [&](const Status& now) { return now.device(pulled).received; };
  agent_->wait_for("readings", [&](const Status& now) { return received(now) > 0; });

  clinic_->line(pulled).unplug();
  const Status out = agent_->wait_for("the missing port to be seen", [&](const Status& now) {
    return now.device(pulled).state == "waiting";
  });
  EXPECT_FALSE(out.device(pulled).detail.empty());
  EXPECT_FALSE(out.device(pulled).hint.empty());
  EXPECT_NE(out.state, "ok");
  const std::string other = clinic_->devices().back().id;
  agent_->wait_for("the other lines to go on", [&](const Status& now) {
    return now.device(other).received > out.device(other).received;
  });

  clinic_->line(pulled).plug();
  agent_->wait_for("readings from the line that is back", [&](const Status& now) {
    return now.device(pulled).state == "connected" && received(now) > received(out);
  });
  expect_all_arrived();
}

TEST_F(SerialLineTest, HeldByAnotherProcessNamesItAndTheOthersGoOn) {
  prepare();
  site_.start();
  clinic_->start();
  const std::string held = first_device();
  const auto& port = clinic_->line(held).link();
  const auto log = site_.folder.path() / "holder.log";
  // flock becomes the program it is given: one process, locked in and asleep.
  Process holder({system_program("flock", "util-linux"), "--no-fork", port, "sleep", "1000"}, log,
                 log);
  ASSERT_TRUE(poll_until([&] { return clinic_->line(held).heard(); }, std::chrono::seconds(30)));

  agent_->start();
  const Status status = agent_->wait_for("the conflict to be seen", [&](const Status& now) {
    return now.device(held).state == "held" && now.sequenced() > now.waiting;
  });
  const DeviceStatus& device = status.device(held);
  EXPECT_TRUE(mentions(device.detail, {std::to_string(holder.pid())})) << device.detail;
  EXPECT_TRUE(mentions(device.detail, {"sleep"})) << device.detail;
  EXPECT_FALSE(device.hint.empty());
  EXPECT_EQ(device.received, 0u);
  for (const DeviceStatus& each : status.devices) {
    EXPECT_EQ(each.state, each.id == held ? "held" : "connected") << each.id;
  }

  holder.kill();
  agent_->wait_for("the port that is free again", [&](const Status& now) {
    return now.device(held).state == "connected" && now.device(held).received > 0;
  });
  expect_all_arrived();
}

}  // namespace
}  // namespace vitalgate::test
