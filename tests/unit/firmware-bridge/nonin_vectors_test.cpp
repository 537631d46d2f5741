// Every key of every Nonin vector, against the structs of the decoders.
#include <gtest/gtest.h>

#include <chrono>

#include "firmware-bridge/serial/nonin.h"
#include "firmware-bridge/serial/nonin_ascii.h"
#include "firmware-bridge/serial/nonin_df13.h"
#include "firmware-bridge/serial/nonin_df2.h"
#include "firmware-bridge/serial/nonin_df8.h"
#include "tests/unit/firmware-bridge/shared_data.h"

namespace vitalgate::bridge {
namespace {

using nlohmann::json;
using test::Bytes;

template <class Number>
json to_json(const std::optional<Number>& number) {
  return number ? json(*number) : json(nullptr);
}

json names_of(const NoninStatus& status) {
  json names = json::array();
  if (status.sensor_disconnect) names.push_back("sensor_disconnect");
  if (status.artifact) names.push_back("artifact");
  if (status.out_of_track) names.push_back("out_of_track");
  if (status.sensor_alarm) names.push_back("sensor_alarm");
  if (status.green_perfusion) names.push_back("green_perfusion");
  if (status.red_perfusion) names.push_back("red_perfusion");
  if (status.yellow_perfusion) names.push_back("yellow_perfusion");
  return names;
}

json to_json(const NoninPacket& packet) {
  return {{"heart_rate", to_json(packet.heart_rate)},
          {"spo2", to_json(packet.spo2)},
          {"srev", packet.revision},
          {"status_flags", names_of(packet.status)},
          {"spo2_display", to_json(packet.spo2_display)},
          {"spo2_fast", to_json(packet.spo2_fast)},
          {"spo2_beat_to_beat", to_json(packet.spo2_beat_to_beat)},
          {"heart_rate_ext", to_json(packet.heart_rate_ext)},
          {"spo2_ext", to_json(packet.spo2_ext)},
          {"spo2_ext_display", to_json(packet.spo2_ext_display)},
          {"heart_rate_display", to_json(packet.heart_rate_display)},
          {"heart_rate_ext_display", to_json(packet.heart_rate_ext_display)}};
}

std::string hex_of(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte byte : bytes) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    text += kDigits[std::to_integer<std::size_t>(byte) >> 4];
    text += kDigits[std::to_integer<std::size_t>(byte) & 15];
  }
  return text;
}

json decode_df2(const Bytes& bytes) {
  NoninPackets packets(NoninFormat::df2);
  NoninFramer framer(5, [](std::span<const std::byte> window) {
    return is_nonin_frame(NoninFormat::df2, window);
  });
  json decoded = {{"packets", json::array()}};
  for (const std::byte byte : bytes) {
    const auto frame = framer.push(byte);
    if (!frame.empty() && !decoded.contains("first_frame")) decoded["first_frame"] = hex_of(frame);
    if (const auto packet = packets.push(byte)) decoded["packets"].push_back(to_json(*packet));
  }
  decoded["frame_errors"] = packets.counts().bad_frames;
  decoded["missed_frames"] = packets.missed_frames();
  return decoded;
}

json decode_df8(const Bytes& bytes) {
  const auto values = *parse_nonin_df8(bytes);
  json flags = json::array();
  if (values.sensor_disconnected) flags.push_back("sensor_disconnected");
  if (values.out_of_track) flags.push_back("out_of_track");
  if (values.low_perfusion) flags.push_back("low_perfusion");
  if (values.marginal_perfusion) flags.push_back("marginal_perfusion");
  if (values.artifact) flags.push_back("artifact");
  if (values.sensor_fault) flags.push_back("sensor_fault");
  if (values.spot_check) flags.push_back("spot_check");
  if (values.critical_battery) flags.push_back("critical_battery");
  if (values.low_battery) flags.push_back("low_battery");
  return {
      {"heart_rate", to_json(values.heart_rate)}, {"spo2", to_json(values.spo2)}, {"flags", flags}};
}

json decode_df13(const Bytes& bytes) {
  const auto record = *parse_nonin_df13(bytes);
  // The local time printed as if it were UTC, without milliseconds and 'Z'.
  const WallTime shown(record.timestamp.value().time_since_epoch());
  return {{"timestamp", to_rfc3339(shown).substr(0, 19)},
          {"heart_rate", to_json(record.heart_rate)},
          {"spo2", to_json(record.spo2)},
          {"smartpoint", record.smart_point}};
}

json decode_ascii(const Bytes& bytes) {
  std::string line(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const auto values = *parse_nonin_line(line.erase(line.find('\r')));
  return {{"heart_rate", to_json(values.heart_rate)},
          {"spo2", to_json(values.spo2)},
          {"fast_averaging", values.fast_averaging},
          {"time", values.time}};
}

json decode(const std::string& protocol, const Bytes& bytes) {
  if (protocol == "nonin-df2") return decode_df2(bytes);
  if (protocol == "nonin-df8") return decode_df8(bytes);
  if (protocol == "nonin-df13") return decode_df13(bytes);
  if (protocol == "nonin-ascii") return decode_ascii(bytes);
  const std::size_t status = protocol == "nonin-df2-frame" ? 1 : 0;
  const auto parsed = parse_nonin_status(std::to_integer<std::uint8_t>(bytes[status]));
  if (protocol == "nonin-df2-frame")
    return {{"valid", is_nonin_frame(NoninFormat::df2, bytes)}, {"sync", parsed.sync}};
  const json names = names_of(parsed);
  return {{"flag", names.size() == 1 ? names[0] : json(nullptr)}};
}

// Whether all that is expected is there; packets one by one, since expectations are partial.
void expect_part(const json& expected, const json& decoded) {
  for (const auto& [key, value] : expected.items()) {
    ASSERT_TRUE(decoded.contains(key)) << "a key this test does not know: " << key;
    if (key != "packets") {
      EXPECT_EQ(value, decoded[key]) << key;
      continue;
    }
    ASSERT_EQ(value.size(), decoded[key].size());
    for (std::size_t i = 0; i < value.size(); ++i) expect_part(value[i], decoded[key][i]);
  }
}

TEST(NoninVectors, EveryExpectedKeyIsDecoded) {
  VG_NEEDS_SHARED("vectors/serial_nonin.jsonl");
  const auto vectors = test::read_vectors("serial_nonin.jsonl");
  EXPECT_EQ(vectors.size(), 21u);
  for (const auto& vector : vectors) {
    SCOPED_TRACE(vector["id"].get<std::string>());
    expect_part(vector["expect"], decode(vector["protocol"], test::input_of(vector)));
  }
}

TEST(NoninVectors, DriversReadWhatTheVectorsSay) {
  VG_NEEDS_SHARED("vectors/serial_nonin.jsonl");
  for (const auto& vector : test::read_vectors("serial_nonin.jsonl")) {
    SCOPED_TRACE(vector["id"].get<std::string>());
    const DriverInfo* info = find_serial_driver(vector["protocol"].get<std::string>());
    if (info == nullptr) continue;  // vectors of a part of a frame
    const bool packets = vector["expect"].contains("packets");
    const std::size_t expected = packets ? vector["expect"]["packets"].size() : 1;
    const auto arrivals = test::feed(*info->make(), test::input_of(vector), 1);
    ASSERT_EQ(arrivals.size(), expected);
    for (const Arrival& arrival : arrivals) EXPECT_EQ(arrival.readings.size(), 2u);
  }
}

}  // namespace
}  // namespace vitalgate::bridge
