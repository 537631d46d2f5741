// Serial lines that come and go, or belong to somebody else.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tests/integration/world.h"

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

// Holds a port as another program would: locked and for itself.
class Holder {
 public:
  explicit Holder(const std::filesystem::path& port)
      : fd_(open(port.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    flock(fd_, LOCK_EX | LOCK_NB);
    ioctl(fd_, TIOCEXCL);
  }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;
  ~Holder() { close(fd_); }

 private:
  int fd_;
};

TEST_F(SerialLineTest, HeldByAnotherProcessNamesItAndTheOthersGoOn) {
  prepare();
  site_.start();
  clinic_->start();
  const std::string held = first_device();
  {
    const Holder holder(clinic_->line(held).link());
    agent_->start();
    const Status status = agent_->wait_for("the conflict to be seen", [&](const Status& now) {
      return now.device(held).state == "held" && now.waiting == 0 && now.sequenced() > 0;
    });
    const DeviceStatus& device = status.device(held);
    EXPECT_TRUE(mentions(device.detail, {std::to_string(getpid())})) << device.detail;
    EXPECT_FALSE(device.hint.empty());
    EXPECT_EQ(device.received, 0u);
    for (const DeviceStatus& each : status.devices) {
      EXPECT_EQ(each.state, each.id == held ? "held" : "connected") << each.id;
    }
  }
  agent_->wait_for("the port that is free again", [&](const Status& now) {
    return now.device(held).state == "connected" && now.device(held).received > 0;
  });
  expect_all_arrived();
}

}  // namespace
}  // namespace vitalgate::test
