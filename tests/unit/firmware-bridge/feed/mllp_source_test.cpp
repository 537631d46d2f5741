// The source on a real loopback socket: the test is the monitor that sends its results.
#include "firmware-bridge/feed/mllp_source.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "agent/core/limits.h"
#include "tests/support/network.h"
#include "tests/support/poll.h"
#include "tests/unit/firmware-bridge/feed/hl7_text.h"
#include "tests/unit/firmware-bridge/source_run.h"

namespace vitalgate::bridge {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::oru;
using test::SourceRun;

constexpr std::string_view kPulse = "OBX|1|NM|8867-4^HR^LN||72|/min|||||F\n";

config::DeviceSettings device(const std::string& listen) {
  config::DeviceSettings settings;
  settings.id = "ward3";
  settings.driver = "hl7-mllp";
  settings.listen = listen;
  return settings;
}

// A connection to the source, as a monitor makes it.
class Monitor {
 public:
  explicit Monitor(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ =
        ::connect(socket_.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    EXPECT_TRUE(connected_);
  }

  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t count = ::send(socket_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  void say(const std::string& message) const { send(mllp_frame(message)); }
  void end() const { ::shutdown(socket_.fd(), SHUT_WR); }

  // The next answer without its frame; empty when none comes in time.
  std::string answer(milliseconds patience = seconds(5)) {
    const auto deadline = Clock::now() + patience;
    while (answers_.empty()) {
      pollfd line{socket_.fd(), POLLIN, 0};
      const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
      if (left.count() <= 0 || ::poll(&line, 1, static_cast<int>(left.count())) <= 0) return {};
      std::array<std::byte, 4096> buffer;
      const ssize_t count = ::recv(socket_.fd(), buffer.data(), buffer.size(), 0);
      if (count <= 0) return {};
      framer_.feed(std::span(buffer).first(static_cast<std::size_t>(count)), answers_);
    }
    std::string text = std::move(answers_.front().text);
    answers_.erase(answers_.begin());
    return text;
  }

  // Whether the source closes the connection.
  bool is_closed(milliseconds patience) const {
    pollfd line{socket_.fd(), POLLIN, 0};
    char byte = 0;
    return ::poll(&line, 1, static_cast<int>(patience.count())) > 0 &&
           ::recv(socket_.fd(), &byte, 1, 0) <= 0;
  }

 private:
  Socket socket_;
  bool connected_ = false;
  MllpFramer framer_;
  std::vector<MllpMessage> answers_;
};

class MllpSourceTest : public testing::Test {
 protected:
  MllpSourceTest()
      : port_(test::free_port()),
        source_(3, device("127.0.0.1:" + std::to_string(port_))),
        run_(source_) {
    EXPECT_EQ(run_.report(1).state, SourceState::connected) << run_.report(1).what;
  }

  const std::uint16_t port_;
  MllpSource source_;
  SourceRun run_;
};

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

TEST_F(MllpSourceTest, AMessageIsAcknowledgedOnlyAfterItsReadingsAreDurable) {
  Monitor monitor(port_);
  monitor.say(oru(kPulse));
  ASSERT_TRUE(run_.wait_for<Arrival>(1));
  const Arrival arrival = run_.all<Arrival>().at(0);
  EXPECT_EQ(arrival.device, "ward3");
  EXPECT_EQ(arrival.ticket, 1u);
  EXPECT_TRUE(arrival.urgent_commit);
  EXPECT_EQ(arrival.readings.size(), 1u);
  EXPECT_EQ(monitor.answer(milliseconds(300)), "");
  source_.durable(1);
  const std::string answer = monitor.answer();
  EXPECT_TRUE(has(answer, "\rMSA|AA|M1|")) << answer;
  EXPECT_TRUE(has(answer, "MSH|^~\\&|GW|CLINIC|MON|WARD|")) << answer;
}

TEST_F(MllpSourceTest, ABrokenMessageIsRefusedWithWordsThatNameNoPatient) {
  Monitor monitor(port_);
  monitor.say(oru("") + "ROE, JANE 4711\r");
  const std::string answer = monitor.answer();
  EXPECT_TRUE(has(answer, "\rMSA|AE|M1|segment 3 has no name")) << answer;
  EXPECT_FALSE(has(answer, "ROE"));
  EXPECT_FALSE(has(answer, "4711"));
  monitor.say("nonsense");
  EXPECT_TRUE(has(monitor.answer(), "\rMSA|AE||"));
  EXPECT_TRUE(run_.all<Arrival>().empty());
}

TEST_F(MllpSourceTest, AMessageOfAnotherKindIsRejectedAtOnce) {
  Monitor monitor(port_);
  monitor.say(test::hl7("MSH|^~\\&|A|B|C|D|2026||ADT^A01|5|P|2.5\nPID|1||4711||ROE^JANE\n"));
  EXPECT_TRUE(has(monitor.answer(), "\rMSA|AR|5|"));
}

TEST_F(MllpSourceTest, AMessageWithoutReadingsIsAcknowledgedAtOnce) {
  Monitor monitor(port_);
  monitor.say(oru("OBX|1|NM|8867-4^HR^LN||||||||I\n"));
  const std::string answer = monitor.answer();
  EXPECT_TRUE(has(answer, "\rMSA|AA|M1|0 results taken, 1 without a usable value")) << answer;
}

TEST_F(MllpSourceTest, ARepeatedMessageIsAcknowledgedAgainAndTakenOnce) {
  Monitor first(port_);
  first.say(oru(kPulse));
  ASSERT_TRUE(run_.wait_for<Arrival>(1));
  Monitor second(port_);
  second.say(oru(kPulse));
  EXPECT_EQ(second.answer(milliseconds(300)), "") << "it is not durable yet";
  source_.durable(1);
  EXPECT_TRUE(has(first.answer(), "\rMSA|AA|M1|"));
  EXPECT_TRUE(has(second.answer(), "\rMSA|AA|M1|"));
  second.say(oru(kPulse));
  EXPECT_TRUE(has(second.answer(), "\rMSA|AA|M1|"));
  EXPECT_EQ(run_.all<Arrival>().size(), 1u);
}

TEST_F(MllpSourceTest, AControlIdThatIsUsedAgainForOtherResultsIsNoRepeat) {
  Monitor monitor(port_);
  monitor.say(oru(kPulse));
  monitor.say(oru("OBX|1|NM|8867-4^HR^LN||73|/min|||||F\n"));
  EXPECT_TRUE(run_.wait_for<Arrival>(2));
}

TEST_F(MllpSourceTest, AnswersComeInTheOrderOfTheMessages) {
  Monitor monitor(port_);
  monitor.say(oru(kPulse, "one"));
  monitor.say(oru("", "two"));
  monitor.say(oru(kPulse, "three"));
  ASSERT_TRUE(run_.wait_for<Arrival>(2));
  source_.durable(2);
  EXPECT_TRUE(has(monitor.answer(), "|AA|one|"));
  EXPECT_TRUE(has(monitor.answer(), "|AA|two|"));
  EXPECT_TRUE(has(monitor.answer(), "|AA|three|"));
}

TEST_F(MllpSourceTest, ABigMessageIsAcknowledgedAfterItsLastArrival) {
  std::string lines;
  for (int i = 0; i < 600; ++i) lines.append(kPulse);
  Monitor monitor(port_);
  monitor.say(oru(lines));
  ASSERT_TRUE(run_.wait_for<Arrival>(3));
  source_.durable(2);
  EXPECT_EQ(monitor.answer(milliseconds(300)), "");
  source_.durable(3);
  EXPECT_TRUE(has(monitor.answer(), "|AA|M1|600 results taken"));
}

TEST_F(MllpSourceTest, ASenderThatClosesItsSideStillGetsItsAnswer) {
  Monitor monitor(port_);
  monitor.say(oru(kPulse));
  monitor.end();
  ASSERT_TRUE(run_.wait_for<Arrival>(1));
  source_.durable(1);
  EXPECT_TRUE(has(monitor.answer(), "|AA|M1|"));
  EXPECT_TRUE(monitor.is_closed(seconds(5)));
}

TEST_F(MllpSourceTest, StopsReadingAtTheOutstandingLimitAndGoesOnWhenDurable) {
  constexpr std::size_t kLimit = limits::kOutstandingArrivalsMax;
  Monitor monitor(port_);
  for (std::size_t i = 0; i < kLimit + 40; ++i) monitor.say(oru(kPulse, std::to_string(i)));
  ASSERT_TRUE(run_.wait_for<Arrival>(kLimit));
  const unsigned before = run_.alive();
  std::this_thread::sleep_for(milliseconds(1500));
  EXPECT_EQ(run_.all<Arrival>().size(), kLimit);
  EXPECT_GT(run_.alive(), before);
  EXPECT_LT(run_.alive(), before + 20) << "it must wait, not spin";
  source_.durable(30);
  ASSERT_TRUE(run_.wait_for<Arrival>(kLimit + 30));
  source_.durable(kLimit + 30);
  ASSERT_TRUE(run_.wait_for<Arrival>(kLimit + 40));
  source_.durable(kLimit + 40);
  for (std::size_t i = 0; i < kLimit + 40; ++i)
    EXPECT_TRUE(has(monitor.answer(), "|AA|" + std::to_string(i) + "|"));
}

TEST_F(MllpSourceTest, ManySmallMessagesInOneReadAreAllAnswered) {
  constexpr int kCount = 500;
  Monitor monitor(port_);
  std::string stream;
  for (int i = 0; i < kCount; ++i) stream += mllp_frame(oru("", std::to_string(i)));
  monitor.send(stream);
  const auto start = Clock::now();
  for (int i = 0; i < kCount; ++i)
    ASSERT_TRUE(has(monitor.answer(), "|AA|" + std::to_string(i) + "|")) << i;
  EXPECT_LT(Clock::now() - start, seconds(3));
}

TEST_F(MllpSourceTest, AMessageThatIsTooLongIsRejectedAndTheNextIsTaken) {
  Monitor monitor(port_);
  monitor.send(mllp_frame(oru("") + "NTE|" + std::string(limits::kMessageBytesMax, 'x')));
  monitor.say(oru(kPulse, "next"));
  EXPECT_TRUE(has(monitor.answer(), "\rMSA|AR|M1|the message is too long"));
  ASSERT_TRUE(run_.wait_for<Arrival>(1));
}

TEST_F(MllpSourceTest, OneConnectionMoreThanAllowedIsTurnedAway) {
  std::list<Monitor> monitors;
  for (std::size_t i = 0; i < limits::kFeedClientsMax; ++i) monitors.emplace_back(port_);
  for (Monitor& monitor : monitors) {
    monitor.say(oru("", "x"));
    EXPECT_TRUE(has(monitor.answer(), "|AA|x|"));
  }
  const Monitor more(port_);
  EXPECT_TRUE(more.is_closed(seconds(5)));
  monitors.pop_front();
  EXPECT_TRUE(test::poll_until(
      [&] {
        Monitor next(port_);
        next.say(oru("", "y"));
        return has(next.answer(milliseconds(500)), "|AA|y|");
      },
      seconds(5)));
}

TEST_F(MllpSourceTest, CountsTellMessagesAndBrokenOnes) {
  Monitor monitor(port_);
  monitor.say(oru(""));
  monitor.say("nonsense");
  monitor.send("zz");
  EXPECT_TRUE(test::poll_until(
      [&] {
        const auto counts = run_.all<SourceCounts>();
        return !counts.empty() && counts.back() == SourceCounts{2, 1, 2};
      },
      seconds(5)));
}

TEST_F(MllpSourceTest, StaysAliveInSilenceAndStopsAtOnce) {
  const unsigned before = run_.alive();
  std::this_thread::sleep_for(milliseconds(2300));
  EXPECT_GE(run_.alive(), before + 2);
  EXPECT_LT(run_.alive(), before + 10);
  const auto start = Clock::now();
  run_.stop();
  EXPECT_LT(Clock::now() - start, milliseconds(500));
}

TEST(MllpListenTest, APortInUseIsHeldAndTakenWhenFree) {
  const std::string listen = "127.0.0.1:" + std::to_string(test::free_port());
  auto other = std::optional(*Listener::open(listen, *listen_addresses(listen)));
  MllpSource source(0, device(listen));
  SourceRun run(source);
  const SourceReport held = run.report(1);
  EXPECT_EQ(held.state, SourceState::held);
  EXPECT_EQ(held.what, "the port is taken: " + listen);
  EXPECT_TRUE(has(held.hint, "ss -ltnp"));
  other.reset();
  EXPECT_EQ(run.report(2).state, SourceState::connected);
}

TEST(MllpListenTest, NoPlaceIsListenedOnThatIsNotNamed) {
  for (const std::string_view listen :
       {"0.0.0.0:2575", "[::]:2575", "192.0.2.1:2575", "[2001:db8::1]:2575", ":2575", "2575",
        "127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:http", "::1:2575", "*:2575",
        "[]:2575", "an-interface-with-a-long-name:2575"}) {
    const auto addresses = listen_addresses(listen);
    ASSERT_FALSE(addresses) << listen;
    EXPECT_EQ(addresses.error().code, Errc::rejected);
    EXPECT_FALSE(addresses.error().hint.empty());
  }
  MllpSource source(0, device("0.0.0.0:2575"));
  SourceRun run(source);
  EXPECT_EQ(run.report(1).state, SourceState::refused);
}

TEST(MllpListenTest, AnInterfaceIsListenedOnByItsName) {
  EXPECT_EQ(listen_addresses("nosuch0:2575").error().code, Errc::unavailable);
  const std::uint16_t port = test::free_port();
  MllpSource source(0, device("lo:" + std::to_string(port)));
  SourceRun run(source);
  EXPECT_EQ(run.report(1).state, SourceState::connected) << run.report(1).what;
  Monitor monitor(port);
  monitor.say(oru(""));
  EXPECT_TRUE(has(monitor.answer(), "|AA|M1|"));
}

}  // namespace
}  // namespace vitalgate::bridge
