// The proxy that spoils connections does to them what it says, and nothing else.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "tests/support/failure.h"
#include "tests/support/fault_proxy.h"
#include "tests/support/network.h"
#include "tests/support/poll.h"

namespace vitalgate::test {
namespace {

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { close(fd_); }
  [[nodiscard]] int get() const { return fd_; }

  void say(const std::string& text) const {
    ASSERT_EQ(send(fd_, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }

  // What there is, once there are `count` bytes, the end or an error; errno says which.
  [[nodiscard]] std::string hear(std::size_t count,
                                 Milliseconds timeout = std::chrono::seconds(5)) {
    poll_until(
        [&] {
          char piece[4096];
          errno = 0;
          const ssize_t got = recv(fd_, piece, sizeof piece, MSG_DONTWAIT);
          error_ = errno;
          if (got > 0) heard_.append(piece, static_cast<std::size_t>(got));
          return heard_.size() >= count || got == 0 || (got < 0 && error_ != EAGAIN);
        },
        timeout, Milliseconds(1));
    return heard_;
  }
  [[nodiscard]] int error() const { return error_; }

 private:
  int fd_;
  int error_ = 0;
  std::string heard_;
};

class FaultProxyTest : public testing::Test {
 protected:
  void SetUp() override {
    const sockaddr_in address = loopback(port_);
    ASSERT_EQ(bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
              0);
    ASSERT_EQ(listen(listener_.get(), 8), 0);
  }

  [[nodiscard]] std::unique_ptr<Socket> call() const {
    auto made = std::make_unique<Socket>(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in address = loopback(proxy_.port());
    if (connect(made->get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      return nullptr;
    return made;
  }
  [[nodiscard]] std::unique_ptr<Socket> answer() const {
    return std::make_unique<Socket>(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  }

  std::uint16_t port_ = free_port();
  Socket listener_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  FaultProxy proxy_{port_};
};

constexpr auto kMoment = Milliseconds(50);  // long enough for a byte that must not come

TEST_F(FaultProxyTest, CarriesBothDirectionsAndCountsThem) {
  const auto client = call();
  const auto server = answer();
  client->say("question");
  EXPECT_EQ(server->hear(8), "question");
  server->say("answer");
  EXPECT_EQ(client->hear(6), "answer");
  EXPECT_EQ(proxy_.counts().connections, 1u);
  EXPECT_EQ(proxy_.counts().up, 8u);
  EXPECT_EQ(proxy_.counts().down, 6u);
}

TEST_F(FaultProxyTest, CarriesMoreThanItHolds) {
  const auto client = call();
  const auto server = answer();
  const std::string much(4'000'000, 'x');
  std::jthread sender([&] { client->say(much); });
  EXPECT_EQ(server->hear(much.size()).size(), much.size());
}

TEST_F(FaultProxyTest, TellsEachSideWhenTheOtherHasEnded) {
  const auto server = [&] {
    const auto client = call();
    client->say("last words");
    return answer();
  }();
  EXPECT_EQ(server->hear(11), "last words");
  EXPECT_EQ(server->error(), 0);
}

TEST_F(FaultProxyTest, RefusesAndListensAgainOnTheSamePort) {
  const auto before = call();
  const auto server = answer();
  proxy_.refuse();
  EXPECT_EQ(call(), nullptr);
  EXPECT_EQ(before->hear(1), "");
  EXPECT_EQ(before->error(), ECONNRESET);
  proxy_.pass();
  EXPECT_NE(call(), nullptr);
}

TEST_F(FaultProxyTest, HangsUntilItMayPass) {
  proxy_.hang();
  const auto client = call();
  ASSERT_NE(client, nullptr);
  client->say("hello");
  EXPECT_EQ(client->hear(1, kMoment), "");
  EXPECT_EQ(client->error(), EAGAIN);
  EXPECT_EQ(proxy_.counts().up, 0u);
  proxy_.pass();
  EXPECT_EQ(answer()->hear(5), "hello");
}

TEST_F(FaultProxyTest, SwallowsWhatComesAfterSoManyBytes) {
  proxy_.swallow(3);
  const auto client = call();
  client->say("abcdef");
  const auto server = answer();
  EXPECT_EQ(server->hear(4, kMoment), "abc");
  server->say("x");
  EXPECT_EQ(client->hear(1, kMoment), "");
  proxy_.pass();
  EXPECT_EQ(server->hear(6), "abcdef");
  EXPECT_EQ(client->hear(1), "x");
}

TEST_F(FaultProxyTest, ResetsInTheMiddleOfAMessage) {
  proxy_.reset(3);
  const auto client = call();
  client->say("abcdef");
  const auto server = answer();
  EXPECT_EQ(client->hear(1), "");
  EXPECT_EQ(client->error(), ECONNRESET);
  EXPECT_LE(server->hear(4).size(), 3u);
  EXPECT_EQ(server->error(), ECONNRESET);
  EXPECT_EQ(proxy_.counts().up, 3u);
  EXPECT_EQ(proxy_.counts().resets, 1u);
}

TEST_F(FaultProxyTest, CutsWhatIsThereAndTakesTheNext) {
  const auto client = call();
  const auto server = answer();
  proxy_.cut();
  EXPECT_EQ(client->hear(1), "");
  EXPECT_EQ(client->error(), ECONNRESET);
  const auto next = call();
  next->say("again");
  EXPECT_EQ(answer()->hear(5), "again");
}

TEST_F(FaultProxyTest, TricklesAByteASecondAndThenTheRest) {
  proxy_.trickle();
  const auto client = call();
  client->say("abcdef");
  const auto server = answer();
  EXPECT_EQ(server->hear(1), "a");
  EXPECT_LT(server->hear(6, kMoment).size(), 6u);
  proxy_.pass();
  EXPECT_EQ(server->hear(6), "abcdef");
}

TEST_F(FaultProxyTest, DelaysEachWayByItself) {
  proxy_.shape(FaultProxy::Way::up, {.delay = std::chrono::hours(1), .bytes_per_s = 0});
  const auto client = call();
  const auto server = answer();
  client->say("late");
  server->say("at once");
  EXPECT_EQ(client->hear(7), "at once");
  EXPECT_EQ(server->hear(1, kMoment), "");
  proxy_.pass();
  EXPECT_EQ(server->hear(4), "late");
}

}  // namespace
}  // namespace vitalgate::test
