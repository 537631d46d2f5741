#include "config/loader.h"

#include <gtest/gtest.h>

#include "tests/unit/config/settings_text.h"

namespace vitalgate::config {
namespace {

using namespace std::chrono_literals;
using test::about;
using test::all_text;
using test::least_and;
using test::load_words;

TEST(LoaderTest, TheLeastFileLoadsWithEveryDefault) {
  const Loaded loaded = load_words(test::kLeast);
  ASSERT_TRUE(loaded.settings) << all_text(loaded);
  const Settings& settings = *loaded.settings;
  EXPECT_EQ(settings.version, 1u);
  EXPECT_EQ(settings.gateway.id, "clinic-042");
  EXPECT_EQ(settings.gateway.site_id, "clinic-042") << "a gateway alone is its own site";
  EXPECT_EQ(settings.buffer.directory, "/var/lib/vitalgate");
  EXPECT_EQ(settings.buffer.commit_interval, 250ms);
  EXPECT_EQ(settings.buffer.keep_sent, 24h);
  EXPECT_EQ(settings.buffer.max_disk_bytes, 4'000'000'000u);
  EXPECT_EQ(settings.upload.max_readings, 200u);
  EXPECT_EQ(settings.upload.max_bytes, 60000u);
  EXPECT_EQ(settings.upload.max_age, 10s);
  EXPECT_EQ(settings.control.socket, "/run/vitalgate/vitalgate.sock");
  EXPECT_EQ(settings.log_level, log::Level::info);
  EXPECT_TRUE(settings.devices.empty());
  ASSERT_EQ(settings.destinations.size(), 1u);
  const DestinationSettings& hub = settings.destinations.front();
  EXPECT_EQ(port_of(hub, Transport::mqtt), 8883);
  EXPECT_TRUE(hub.required);
  EXPECT_EQ(hub.window_bytes, 4'000'000u);
  EXPECT_EQ(hub.ca, "/etc/vitalgate/tls/ca.pem");
  EXPECT_FALSE(hub.certificate || hub.key || hub.username || hub.password);
  EXPECT_EQ(hub.client_id, "vitalgate-clinic-042");
  EXPECT_EQ(hub.acknowledge, Acknowledge::hub);
  EXPECT_EQ(hub.window, 64u);
  EXPECT_EQ(hub.answer_timeout, 20s);
  EXPECT_EQ(hub.retry_max, 5min);
}

TEST(LoaderTest, EveryValueOfADeviceArrives) {
  const Loaded loaded = load_words(least_and(R"([[device]]
id = "spo2-bay1"
driver = "nonin-df13"
port = "/dev/ttyUSB0"
baud = 19200
lane = "urgent"
expect_every = "1500ms"
keep_raw = true
)"));
  ASSERT_TRUE(loaded.settings) << all_text(loaded);
  ASSERT_EQ(loaded.settings->devices.size(), 1u);
  const DeviceSettings& device = loaded.settings->devices.front();
  EXPECT_EQ(device.id, "spo2-bay1");
  EXPECT_EQ(device.driver, "nonin-df13");
  EXPECT_EQ(device.port, "/dev/ttyUSB0");
  EXPECT_EQ(device.baud, 19200u);
  EXPECT_EQ(device.lane, Lane::urgent);
  EXPECT_EQ(device.expect_every, 1500ms);
  EXPECT_TRUE(device.keep_raw);
}

TEST(LoaderTest, EveryValueOfADestinationArrives) {
  const Loaded loaded = load_words(least_and(R"(port = 1883
certificate = "file:/c.pem"
key = "file:/k.pem"
username = "clinic"
password = "file:/p"
client_id = "me"
acknowledge = "transport"
window = 3
answer_timeout = "30s"
retry_max = "1m"
)"));
  ASSERT_TRUE(loaded.settings) << all_text(loaded);
  const DestinationSettings& hub = loaded.settings->destinations.front();
  EXPECT_EQ(hub.port, 1883);
  EXPECT_EQ(hub.certificate, "/c.pem");
  EXPECT_EQ(hub.key, "/k.pem");
  EXPECT_EQ(hub.username, "clinic");
  EXPECT_EQ(hub.password, "/p");
  EXPECT_EQ(hub.client_id, "me");
  EXPECT_EQ(hub.acknowledge, Acknowledge::transport);
  EXPECT_EQ(hub.window, 3u);
  EXPECT_EQ(hub.answer_timeout, 30s);
  EXPECT_EQ(hub.retry_max, 1min);
}

TEST(LoaderTest, FiveMistakesAreReportedAtOnceEachWithItsLine) {
  const Loaded loaded = load_words(R"(config_version = 1
[gateway]
id = "clinic 042"
[upload]
max_readings = 5000
[log]
level = "inof"
[[device]]
id = "spo2"
driver = "nonin-df2"
port = "/dev/ttyUSB0"
baud = 9601
[[destination]]
name = "hub"
host = "hub:8883"
ca = "file:/ca.pem"
)");
  EXPECT_FALSE(loaded.settings);
  ASSERT_EQ(loaded.problems.size(), 5u) << all_text(loaded);
  const std::array<std::uint32_t, 5> lines{3, 5, 7, 12, 15};
  const std::array<std::string, 5> keys{"gateway.id", "upload.max_readings", "log.level",
                                        "device[1].baud", "destination[1].host"};
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(loaded.problems[i].line, lines[i]);
    EXPECT_EQ(loaded.problems[i].key, keys[i]);
    EXPECT_FALSE(loaded.problems[i].expected.empty());
    EXPECT_FALSE(loaded.problems[i].source_line.empty());
  }
}

TEST(LoaderTest, AnUnknownKeyNamesTheOneThatWasMeant) {
  const Loaded loaded =
      load_words(least_and("[[device]]\nid = \"a\"\ndriver = \"nonin-df2\"\n"
                           "port = \"/dev/ttyUSB0\"\n  buad = 9600\n"));
  ASSERT_EQ(loaded.problems.size(), 1u) << all_text(loaded);
  const Problem& problem = loaded.problems.front();
  EXPECT_EQ(problem.key, "device[1].buad");
  EXPECT_EQ(problem.suggestion, "baud");
  EXPECT_EQ(problem.line, 12u);
  EXPECT_EQ(problem.column, 3u);
  EXPECT_TRUE(problem.expected.starts_with("baud = 9600"));
}

TEST(LoaderTest, AKeyInTheWrongTableIsToldItsRightOne) {
  const Loaded loaded = load_words(least_and("[upload]\nmax_disk = \"1GB\"\n"));
  ASSERT_NE(about(loaded, "upload.max_disk"), nullptr);
  EXPECT_EQ(about(loaded, "upload.max_disk")->expected, "move it below [buffer]");
}

TEST(LoaderTest, AnUnknownTableNamesTheOneThatWasMeant) {
  const Loaded loaded = load_words(least_and("[uplaod]\nmax_readings = 1\n"));
  ASSERT_EQ(loaded.problems.size(), 1u) << all_text(loaded);
  EXPECT_EQ(loaded.problems.front().suggestion, "[upload]");
  EXPECT_EQ(loaded.problems.front().line, 8u);
}

TEST(LoaderTest, SingleBracketsForADeviceAreNamedAndItsKeysAreStillChecked) {
  const Loaded loaded = load_words(least_and("[device]\nid = \"a b\"\n"));
  EXPECT_EQ(about(loaded, "device")->expected, "[[device]]");
  EXPECT_NE(about(loaded, "device[1].id"), nullptr);
}

TEST(LoaderTest, AMissingKeyPointsAtTheHeaderOfItsTable) {
  const Loaded loaded = load_words(least_and("\n[[device]]\nid = \"a\"\nport = \"/dev/x\"\n"));
  ASSERT_EQ(loaded.problems.size(), 1u) << all_text(loaded);
  EXPECT_EQ(loaded.problems.front().key, "device[1].driver");
  EXPECT_EQ(loaded.problems.front().line, 9u);
  EXPECT_EQ(loaded.problems.front().source_line, "[[device]]");
}

TEST(LoaderTest, AnEmptyFileLacksItsVersionItsGatewayAndADestination) {
  const Loaded loaded = load_words("");
  EXPECT_EQ(loaded.problems.size(), 3u) << all_text(loaded);
  EXPECT_NE(about(loaded, "config_version"), nullptr);
  EXPECT_NE(about(loaded, "gateway.id"), nullptr);
  EXPECT_NE(about(loaded, "destination"), nullptr);
}

TEST(LoaderTest, AnotherVersionIsRefused) {
  std::string text(test::kLeast);
  text[text.find('1')] = '2';
  const Loaded loaded = load_words(text);
  ASSERT_NE(about(loaded, "config_version"), nullptr);
  EXPECT_TRUE(about(loaded, "config_version")->what.starts_with("2 is not a version"));
}

TEST(LoaderTest, DevicesMustDifferInIdAndPortAndDestinationsInName) {
  const Loaded loaded = load_words(least_and(R"([[destination]]
name = "hub"
host = "10.0.0.8"
ca = "file:/ca.pem"
[[device]]
id = "a"
driver = "nonin-df2"
port = "/dev/ttyUSB0"
[[device]]
id = "a"
driver = "nonin-df2"
port = "/dev//./ttyUSB0"
)"));
  ASSERT_EQ(loaded.problems.size(), 3u) << all_text(loaded);
  EXPECT_EQ(loaded.problems[0].key, "destination[2].name");
  EXPECT_EQ(loaded.problems[1].key, "device[2].id");
  EXPECT_EQ(loaded.problems[2].key, "device[2].port");
  EXPECT_NE(loaded.problems[2].what.find("device[1] (vitalgate.toml:15)"), std::string::npos);
}

TEST(LoaderTest, CertificateAndKeyNeedEachOtherAndAPasswordItsUser) {
  EXPECT_NE(
      about(load_words(least_and("certificate = \"file:/c\"\n")), "destination[1].certificate"),
      nullptr);
  EXPECT_NE(about(load_words(least_and("key = \"file:/k\"\n")), "destination[1].key"), nullptr);
  EXPECT_NE(about(load_words(least_and("password = \"file:/p\"\n")), "destination[1].password"),
            nullptr);
  EXPECT_TRUE(load_words(least_and("username = \"clinic\"\n")).settings);
}

TEST(LoaderTest, OneDeviceMoreThanTheAgentHasRoomForIsAProblem) {
  std::string text(test::kLeast);
  for (int i = 0; i < 70; ++i)
    text += "[[device]]\nid = \"d" + std::to_string(i) +
            "\"\ndriver = \"ansar-b\"\nport = \"/dev/" + std::to_string(i) + "\"\n";
  const Loaded loaded = load_words(text);
  ASSERT_EQ(loaded.problems.size(), 1u) << all_text(loaded);
  EXPECT_EQ(loaded.problems.front().what, "more than 64 of these");
}

TEST(LoaderTest, InlineTablesMeanTheSameAsHeaders) {
  const Loaded loaded = load_words(R"(config_version = 1
gateway = { id = "clinic-042" }
destination = [ { name = "hub", host = "10.0.0.8", ca = "file:/ca.pem" } ]
upload.max_age = "3s"
)");
  ASSERT_TRUE(loaded.settings) << all_text(loaded);
  EXPECT_EQ(loaded.settings->upload.max_age, 3s);
}

TEST(LoaderTest, HostsAreNamesOrAddressesAndNothingElse) {
  const auto with_host = [](std::string_view host) {
    std::string text(test::kLeast);
    return text.replace(text.find("hub.clinic.example"), 18, host);
  };
  for (const char* host : {"hub", "hub.clinic.example.", "10.2.0.8", "fd00::8", "a-b.c_d", "::1"})
    EXPECT_TRUE(load_words(with_host(host)).settings) << host;
  for (const char* host : {"", "mqtts://hub", "hub:8883", "hub/x", "a b", "[::1]", "10.0.0.300",
                           "-a", "a..b", ".a", "h\\u0000", "h\\u00fcb", "fd00:::8"})
    EXPECT_FALSE(load_words(with_host(host)).settings) << host;
}

TEST(LoaderTest, ATimeZoneHasToExistAndCannotLeaveItsFolder) {
  const auto with_zone = [](std::string_view zone) {
    std::string text(test::kLeast);
    return text.replace(text.find("[[dest"), 0, "time_zone = \"" + std::string(zone) + "\"\n");
  };
  EXPECT_TRUE(load_words(with_zone("")).settings);
  EXPECT_TRUE(load_words(with_zone("UTC")).settings);
  for (const char* zone : {"../../../etc/passwd", "/etc/passwd", "Europe", "Europe/../UTC", "a b"})
    EXPECT_FALSE(load_words(with_zone(zone)).settings) << zone;
}

TEST(LoaderTest, WithoutAListOfDriversAnyDriverPasses) {
  const std::string text =
      least_and("[[device]]\nid = \"a\"\ndriver = \"new\"\nport = \"/dev/x\"\n");
  EXPECT_TRUE(load_text(text, "x.toml", {}).settings);
  const Loaded loaded = load_words(text);
  EXPECT_EQ(loaded.problems.front().what, "\"new\" is not a driver");
}

TEST(LoaderTest, TheShippedExampleHasNoProblems) {
  const auto file =
      std::filesystem::path(__FILE__).parent_path() / "../../../config/vitalgate.toml.example";
  const Loaded loaded = load(file, {test::kDrivers, false});
  EXPECT_TRUE(loaded.settings) << all_text(loaded);
  ASSERT_TRUE(loaded.settings);
  EXPECT_EQ(loaded.settings->devices.size(), 2u);
  EXPECT_EQ(loaded.settings->destinations.size(), 1u);
}

}  // namespace
}  // namespace vitalgate::config
