// docs/wire.md and the code say the same: every frame that is printed there.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "firmware-bridge/wire/message.h"
#include "tests/support/paths.h"

namespace vitalgate::bridge::wire {
namespace {

using Octets = std::vector<std::uint8_t>;

Octets octets(const std::string& line) {
  std::istringstream words(line);
  std::string word;
  Octets out;
  words >> word;  // "body" or "frame"
  while (words >> word) out.push_back(static_cast<std::uint8_t>(std::stoi(word, nullptr, 16)));
  return out;
}

struct Printed {
  Octets body;
  Octets frame;
};

std::vector<Printed> printed() {
  std::ifstream file(test::source_file("docs/wire.md"));
  std::vector<Printed> found;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("body   ")) found.push_back({octets(line), {}});
    if (line.starts_with("frame  ")) found.back().frame = octets(line);
  }
  return found;
}

template <class Message>
Octets frame_of(const Message& message) {
  Octets frame(kFrameMax);
  frame.resize(to_frame(message, frame.data()));
  return frame;
}

Bytes text(const char* letters) {
  return {reinterpret_cast<const std::uint8_t*>(letters), std::char_traits<char>::length(letters)};
}

// What the document says that its frames mean, in its order.
std::vector<Octets> meant() {
  constexpr std::uint32_t kSession = 0x51A2B3C4;
  constexpr std::uint64_t kStream = 0x1122334455667788;
  constexpr std::uint32_t kLink = link_of(kSession, kStream);
  BridgeHello bridge;
  bridge.session = kSession;
  bridge.stream = kStream;
  bridge.boot = 3;
  bridge.tick = 90210;
  bridge.stored = 41;
  bridge.oldest = 44;
  bridge.newest = 60;
  bridge.dropped = 2;
  bridge.capabilities = kTellsTime | kSurvivesResets;
  bridge.name = text("ward 3");
  bridge.firmware = text("1.0");
  const std::uint8_t bitmap[] = {0x0A};
  const std::uint8_t value[] = {0x10, 0x48, 0xBC, 0x02, 0xC0, 0x02};
  std::uint8_t gatt[kPayloadMax];
  const std::size_t gatt_size = to_payload(GattValue{0, 0x2A37, {value, sizeof value}}, gatt);
  std::uint8_t state[kPayloadMax];
  const std::size_t state_size = to_payload(SensorState{1, 1, text("SN 88")}, state);
  return {frame_of(bridge),
          frame_of(GatewayHello{1, kSession, 0x0123456789ABCDEF, kStream, 41}),
          frame_of(Ack{kLink, 41, 45, 256, {bitmap, sizeof bitmap}}),
          frame_of(TimeRequest{7, 1'772'460'307'120}),
          frame_of(Time{kLink, 7, 3, 90215}),
          frame_of(Ping{kLink}),
          frame_of(Pong{kLink}),
          frame_of(Log{1, text("low voltage")}),
          frame_of(Record{kLink, 46, 3, 90000, Kind::gatt_value, {gatt, gatt_size}}),
          frame_of(Record{kLink, 47, 3, 90001, Kind::sensor_state, {state, state_size}}),
          frame_of(Dropped{kLink, 42, 43, 2})};
}

TEST(SpecificationTest, EveryPrintedFrameIsWhatItsFieldsGive) {
  const auto document = printed();
  const auto code = meant();
  ASSERT_EQ(document.size(), code.size());
  for (std::size_t i = 0; i < code.size(); ++i) EXPECT_EQ(document[i].frame, code[i]) << i;
}

TEST(SpecificationTest, EveryPrintedFrameHoldsItsPrintedBody) {
  for (const auto& [body, frame] : printed()) {
    Octets found(kEncodedMax);
    found.resize(decode_frame({frame.data(), frame.size() - 1}, found.data()));
    EXPECT_EQ(found, body);
  }
}

template <class Message>
void expect_strict(const Octets& body) {
  Message message;
  ASSERT_TRUE(from_body({body.data(), body.size()}, message));
  Octets longer = body;
  longer.push_back(0x55);
  EXPECT_TRUE(from_body({longer.data(), longer.size()}, message));
}

TEST(MessageTest, ALongerMessageOfALaterVersionIsUnderstood) {
  const auto all = printed();
  expect_strict<BridgeHello>(all[0].body);
  expect_strict<GatewayHello>(all[1].body);
  expect_strict<TimeRequest>(all[3].body);
  expect_strict<Time>(all[4].body);
  expect_strict<Dropped>(all[10].body);
}

// Whether any message type is found in it.
bool is_any(Bytes body) {
  BridgeHello a;
  GatewayHello b;
  Ack c;
  TimeRequest d;
  Time e;
  Ping f;
  Pong g;
  Log h;
  Record i;
  Dropped j;
  return from_body(body, a) || from_body(body, b) || from_body(body, c) || from_body(body, d) ||
         from_body(body, e) || from_body(body, f) || from_body(body, g) || from_body(body, h) ||
         from_body(body, i) || from_body(body, j);
}

TEST(MessageTest, AMessageThatIsCutShortIsRefused) {
  // Without the rest, which may be empty: the bytes that must be there.
  const std::map<std::uint8_t, std::size_t> least{{0x01, 0},  {0x02, 28}, {0x03, 19}, {0x04, 11},
                                                  {0x05, 16}, {0x06, 5},  {0x07, 5},  {0x08, 2},
                                                  {0x10, 19}, {0x11, 23}};
  for (const auto& [body, frame] : printed()) {
    const std::size_t needed = least.at(body[0]) != 0 ? least.at(body[0]) : body.size();
    for (std::size_t size = 0; size <= body.size(); ++size)
      EXPECT_EQ(is_any({body.data(), size}), size >= needed) << int{body[0]} << " " << size;
  }
}

}  // namespace
}  // namespace vitalgate::bridge::wire
