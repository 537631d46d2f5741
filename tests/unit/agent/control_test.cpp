// The control socket as clients meet it, good ones and bad ones.
#include "agent/control.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <deque>
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
    thread_ = std::jthread([this](const std::stop_token& stop) {
      server_->run(
          stop, board_, tail_,
          [this](CommandRequest request) { return submit(std::move(request)); }, [] {});
    });
  }

  // The core, as far as the control thread sees it.
  bool submit(CommandRequest request) {
    const std::scoped_lock lock(mutex_);
    if (core_is_full_) return false;
    commands_.push_back(std::move(request));
    return true;
  }
  std::shared_ptr<Mailbox> next_command(BufferCommand* command = nullptr) {
    std::shared_ptr<Mailbox> reply;
    test::poll_until(
        [&] {
          const std::scoped_lock lock(mutex_);
          if (commands_.empty()) return false;
          if (command != nullptr) *command = commands_.front().command;
          reply = commands_.front().reply;
          commands_.pop_front();
          return true;
        },
        10s);
    return reply;
  }

  int send_request(const std::string& request) {
    const int fd = connect();
    EXPECT_GT(::send(fd, request.data(), request.size(), MSG_NOSIGNAL), 0);
    return fd;
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
  std::mutex mutex_;
  std::deque<CommandRequest> commands_;
  bool core_is_full_ = false;
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

TEST_F(ControlTest, ACommandIsAnsweredByTheCoreLineByLine) {
  const int fd = send_request("{\"verb\":\"buffer_verify\"}\n");
  const auto reply = next_command();
  ASSERT_TRUE(reply);
  reply->put("{\"ok\":true}\n");
  EXPECT_EQ(line(fd), "{\"ok\":true}");
  reply->put("{\"damage\":\"x\"}\n{\"done\":{}}\n", /*last=*/true);
  EXPECT_EQ(line(fd), "{\"damage\":\"x\"}");
  EXPECT_EQ(line(fd), "{\"done\":{}}");
  EXPECT_EQ(line(fd), "") << "and then the connection ends";
  ::close(fd);
}

TEST_F(ControlTest, ACommandCarriesWhatWasAskedAndWhoAsked) {
  const int fd =
      send_request(R"({"verb":"buffer_erase","confirm":"clinic-042","force":true,"asked_by":77})"
                   "\n");
  BufferCommand command;
  ASSERT_TRUE(next_command(&command));
  EXPECT_EQ(command.verb, BufferCommand::Verb::erase);
  EXPECT_EQ(command.confirm, "clinic-042");
  EXPECT_TRUE(command.force);
  EXPECT_EQ(command.asked_by, ::getuid()) << "the kernel's word, not the client's";
  ::close(fd);
}

TEST_F(ControlTest, ACommandThatMakesNoSenseNeverReachesTheCore) {
  for (const char* request :
       {R"({"verb":"buffer_replay"})", R"({"verb":"buffer_replay","from":1,"to":2})",
        R"({"verb":"buffer_replay","from":"2026-03-02T14:05:07.120Z",)"
        R"("to":"2025-03-02T14:05:07.120Z"})",
        R"({"verb":"buffer_"})"}) {
    const Json reply = ask(std::string(request) + "\n");
    EXPECT_EQ(reply["ok"], false) << request;
    EXPECT_EQ(reply["code"], 2);
  }
  EXPECT_TRUE(commands_.empty());
}

TEST_F(ControlTest, ACoreThatIsBehindIsSaidToBeBusy) {
  core_is_full_ = true;
  const Json reply = ask("{\"verb\":\"buffer_verify\"}\n");
  EXPECT_EQ(reply["ok"], false);
  EXPECT_EQ(reply["code"], 1);
}

TEST_F(ControlTest, AReaderThatGoesAwayIsToldToItsCommand) {
  const int fd = send_request("{\"verb\":\"buffer_export\"}\n");
  const auto reply = next_command();
  ASSERT_TRUE(reply);
  ::close(fd);
  EXPECT_TRUE(test::poll_until([&] { return reply->is_abandoned(); }, 10s));
}

TEST_F(ControlTest, AnExportLargerThanEveryBufferArrivesWholeAtTheReadersPace) {
  const int fd = send_request("{\"verb\":\"buffer_export\"}\n");
  const auto reply = next_command();
  ASSERT_TRUE(reply);
  constexpr int kRows = 40'000;
  const std::string row(99, 'r');
  bool waited = false;
  std::jthread core([&] {
    for (int i = 0; i < kRows; ++i) {
      while (!reply->has_room()) {
        waited = true;
        std::this_thread::sleep_for(1ms);
      }
      reply->put(row + "\n", i + 1 == kRows);
    }
  });
  std::this_thread::sleep_for(200ms);
  std::size_t bytes = 0;
  std::array<char, 65536> memory{};
  for (ssize_t n = 0; (n = ::recv(fd, memory.data(), memory.size(), 0)) > 0;)
    bytes += static_cast<std::size_t>(n);
  core.join();
  EXPECT_EQ(bytes, kRows * (row.size() + 1));
  EXPECT_TRUE(waited) << "the reader slept: the command must have";
  ::close(fd);
}

TEST_F(ControlTest, WhatACommandSaidLastArrivesAlthoughTheDaemonEnds) {
  const int fd = send_request("{\"verb\":\"buffer_erase\",\"confirm\":\"x\"}\n");
  const auto reply = next_command();
  ASSERT_TRUE(reply);
  reply->put("{\"ok\":true}\n{\"done\":{}}\n", /*last=*/true);
  thread_.request_stop();
  thread_.join();
  EXPECT_EQ(line(fd), "{\"ok\":true}");
  EXPECT_EQ(line(fd), "{\"done\":{}}");
  ::close(fd);
}

// Rights, with the kernel's part left out.
class RightsTest : public ControlTest {
 protected:
  Json ask_as(Peer peer, const std::string& request) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
    const auto now = Clock::now();
    ControlClient client(ends[0], peer, now);
    EXPECT_GT(::send(ends[1], request.data(), request.size(), 0), 0);
    const std::function<bool(CommandRequest)> submit = [this](CommandRequest asked) {
      return this->submit(std::move(asked));
    };
    const std::function<void()> wake = [] {};
    client.on_readable({board_, submit, wake}, now);
    client.on_writable(now);
    std::array<char, 4096> reply{};
    const ssize_t count = ::recv(ends[1], reply.data(), reply.size(), 0);
    ::close(ends[1]);
    return count <= 0 ? Json()
                      : Json::parse(std::string(reply.data(), static_cast<std::size_t>(count)));
  }
};

TEST_F(RightsTest, WhoMayLookMayNeitherChangeNorSeeWhatIsStored) {
  const Peer viewer{.may_look = true, .may_change = false, .uid = 1000};
  board_.publish({});
  EXPECT_EQ(ask_as(viewer, "{\"verb\":\"status\"}\n")["ok"], true);
  for (const char* verb :
       {"verify", "export", "compact", "replay", "erase", "rotate_key", "mend"}) {
    const Json reply = ask_as(viewer, std::string("{\"verb\":\"buffer_") + verb + "\"}\n");
    EXPECT_EQ(reply["code"], 7) << verb;
    EXPECT_NE(reply["what"].get<std::string>().find("vitalgate-admin"), std::string::npos);
  }
  EXPECT_TRUE(commands_.empty());
}

TEST_F(RightsTest, AStrangerGetsNothing) {
  board_.publish({});
  for (const char* verb : {"status", "tail", "buffer_verify"})
    EXPECT_EQ(ask_as({}, std::string("{\"verb\":\"") + verb + "\"}\n")["code"], 7) << verb;
}

TEST_F(RightsTest, AnAdministratorsCommandIsSubmitted) {
  const Peer admin{.may_look = true, .may_change = true, .uid = 42};
  EXPECT_TRUE(ask_as(admin, "{\"verb\":\"buffer_compact\"}\n").is_null()) << "the core answers";
  BufferCommand command;
  ASSERT_TRUE(next_command(&command));
  EXPECT_EQ(command.asked_by, 42u);
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
