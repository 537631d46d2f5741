// The control socket as clients meet it, good ones and bad ones.
#include "agent/control.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <nlohmann/json.hpp>
#include <thread>

#include "agent/core/limits.h"
#include "tests/support/poll.h"
#include "tests/support/temp_dir.h"

namespace vitalgate {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

class ControlTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto server = ControlServer::listen(socket_);
    ASSERT_TRUE(server) << server.error().what;
    server_.emplace(*std::move(server));
    thread_ = std::jthread(
        [this](const std::stop_token& stop) { server_->run(stop, board_, tail_, [] {}); });
  }

  int connect() {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, socket_.c_str());
    EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    const timeval deadline{10, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
    return fd;
  }

  static std::string line(int fd) {
    std::string text;
    for (char c = 0; ::recv(fd, &c, 1, 0) == 1 && c != '\n';) text.push_back(c);
    return text;
  }

  // The reply; null if the server hung up without one, which it may do before all is sent.
  Json ask(const std::string& request) {
    const int fd = connect();
    static_cast<void>(::send(fd, request.data(), request.size(), MSG_NOSIGNAL));
    const std::string text = line(fd);
    const Json reply = text.empty() ? Json() : Json::parse(text, nullptr, false);
    ::close(fd);
    return reply;
  }

  test::TempDir directory_;
  std::filesystem::path socket_ = directory_.path() / "v.sock";
  StatusBoard board_;
  Tail tail_;
  std::optional<ControlServer> server_;
  std::jthread thread_;
};

TEST_F(ControlTest, StatusIsThePublishedPicture) {
  EXPECT_EQ(ask("{\"verb\":\"status\"}\n")["ok"], false) << "nothing is published yet";
  Status status;
  status.gateway_id = "clinic-042";
  status.buffer.waiting = 7;
  status.destinations.emplace_back().detail = "words of a broker: \xff";
  board_.publish(status);
  const Json reply = ask("{\"verb\":\"status\"}\n");
  EXPECT_EQ(reply["ok"], true);
  EXPECT_EQ(reply["body"]["schema"], "vitalgate.status/1");
  EXPECT_EQ(reply["body"]["gateway_id"], "clinic-042");
  EXPECT_EQ(reply["body"]["buffer"]["waiting"], 7);
}

TEST_F(ControlTest, ABadRequestGetsWordsAndStopsNobody) {
  for (const char* request :
       {"\n", "[]\n", "{\"verb\":1}\n", "{\"verb\":\"erase\"}\n", "{\"verb\"\n", "\xff\xfe\n"}) {
    const Json reply = ask(request);
    EXPECT_EQ(reply["ok"], false) << request;
    EXPECT_EQ(reply["code"], 2);
  }
  EXPECT_EQ(ask(std::string(100'000, 'x'))["ok"], false);
  EXPECT_EQ(ask("{\"verb\":\"status\"}\n")["ok"], false);
}

TEST_F(ControlTest, ATailSendsOnlyWhatWasAskedFor) {
  const int fd = connect();
  const std::string request = "{\"verb\":\"tail\",\"device\":\"b\",\"metric\":\"\"}\n";
  ASSERT_GT(::send(fd, request.data(), request.size(), 0), 0);
  EXPECT_EQ(Json::parse(line(fd))["ok"], true);
  ASSERT_TRUE(test::poll_until([&] { return tail_.watched(); }, 10s));
  tail_.offer(R"({"reading_id":"1","device_id":"a"})");
  tail_.offer(R"({"reading_id":"2","device_id":"b"})");
  EXPECT_EQ(Json::parse(line(fd))["reading_id"], "2");
  ::close(fd);
  EXPECT_TRUE(test::poll_until([&] { return !tail_.watched(); }, 10s));
}

TEST_F(ControlTest, ManyClientsAreTurnedAwayNotQueuedForEver) {
  std::vector<int> fds;
  for (std::size_t i = 0; i < limits::kControlClientsMax + 4; ++i) fds.push_back(connect());
  for (const int fd : fds) ::close(fd);
  EXPECT_TRUE(test::poll_until([&] { return ask("{\"verb\":\"status\"}\n").is_object(); }, 10s));
}

TEST_F(ControlTest, ASecondDaemonIsToldThatOneRuns) {
  const auto second = ControlServer::listen(socket_);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().what.find("another vitalgated"), std::string::npos);
}

TEST(ControlSocketTest, ASocketLeftByADeadDaemonIsReplaced) {
  const test::TempDir directory;
  const auto path = directory.path() / "v.sock";
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strcpy(address.sun_path, path.c_str());
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ::close(fd);
  EXPECT_TRUE(ControlServer::listen(path));
}

}  // namespace
}  // namespace vitalgate
