// What the agent was told, typed and checked.
//
// Made only by load() in config/loader.h; every value here is inside the range that
// config/keys.cpp states, so no other room checks again.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "agent/core/log.h"
#include "agent/core/vocabulary.h"

namespace vitalgate::config {

struct GatewaySettings {
  std::string id;
  std::string site_id;
  std::string time_zone;  // IANA name for device clocks without a zone; empty: the system's
};

// What gives way when the buffer is full and nothing delivered is left to remove.
enum class WhenFull : std::uint8_t {
  wait,        // sources are told to wait
  drop_lowest  // the oldest readings of the lowest lane, declared as lost
};

struct BufferSettings {
  std::filesystem::path directory;
  std::chrono::milliseconds commit_interval{};
  std::chrono::seconds keep_sent{};
  std::uint64_t max_disk_bytes = 0;
  std::string key;  // "cred:NAME" or "file:/path"; see sync/buffer/keyring.h
  std::optional<std::string> old_key;
  std::optional<std::filesystem::path> recovery_key;        // PEM, the public half
  std::array<std::uint8_t, kLanes.size()> quota_percent{};  // of max_disk_bytes, by lane
  WhenFull when_full = WhenFull::wait;
  std::uint64_t ballast_bytes = 0;
};

struct UploadSettings {
  std::uint32_t max_readings = 0;
  std::uint32_t max_bytes = 0;
  std::chrono::milliseconds max_age{};
};

struct ControlSettings {
  std::filesystem::path socket;
};

enum class Parity : std::uint8_t { driver, none, even, odd };  // driver: what its device uses

struct DeviceSettings {
  std::string id;
  std::string driver;      // a name in bridge::driver_names()
  std::string port;        // a path, best below /dev/serial/by-id; empty where `listen` is used
  std::uint32_t baud = 0;  // 0: what the driver's device uses
  Parity parity = Parity::driver;
  std::string listen;                      // "127.0.0.1:2575": address and port of a network feed
  std::string pattern;                     // line driver: RE2 expression of a whole line
  std::uint8_t unit = 1;                   // Modbus unit (slave) address
  std::chrono::milliseconds poll_every{};  // how often registers are read
  Lane lane = Lane::vitals;
  std::chrono::milliseconds expect_every{};
  bool keep_raw = false;
};

// One value of the line driver: a group of its device's `pattern`.
struct ColumnSettings {
  std::string device;
  std::uint8_t group = 0;  // from 1
  std::string metric;      // a name in the catalogue
  std::string unit;        // UCUM, of the catalogue's entry; may be empty: its first
  std::string missing;     // the text that stands for "no value"; an empty group always does
};

enum class RegisterKind : std::uint8_t { holding, input };
enum class RegisterType : std::uint8_t { u16, s16, u32, s32, f32 };
enum class WordOrder : std::uint8_t { high_first, low_first };

// One value of a Modbus device.
struct RegisterSettings {
  std::string device;
  std::uint16_t address = 0;  // as on the wire, from 0
  RegisterKind kind = RegisterKind::holding;
  RegisterType type = RegisterType::u16;
  WordOrder order = WordOrder::high_first;
  std::int8_t exponent = 0;  // value = number x 10^exponent
  std::string metric;
  std::string unit;
  std::optional<std::int64_t> missing;  // the number that stands for "no value"
};

// One sensor behind a bridge: its readings carry this id.
struct SensorSettings {
  std::string device;  // the bridge
  std::uint8_t channel = 0;
  std::string id;
};

enum class Acknowledge : std::uint8_t { hub, transport };

enum class Transport : std::uint8_t {
  mqtt,            // over TLS
  mqtt_websocket,  // over WebSocket over TLS
  https,
  automatic  // the first of these, in this order, that works
};

enum class Compression : std::uint8_t { automatic, none, gzip, zstd };

enum class BacklogOrder : std::uint8_t { oldest_first, newest_first };

struct DestinationSettings {
  std::string name;
  std::string host;
  Transport transport = Transport::mqtt;
  std::optional<std::uint16_t> port;  // see port_of()
  std::uint16_t websocket_port = 443;
  std::uint16_t https_port = 443;
  std::string websocket_path;
  std::string https_path;            // in front of "/v1/batches"; empty or begins with '/'
  std::uint8_t mqtt_version = 5;     // 5, or 3 for 3.1.1
  std::optional<std::string> proxy;  // "http://host:port"
  std::optional<std::string> proxy_username;
  std::optional<std::filesystem::path> proxy_password;  // a file that holds it
  std::filesystem::path ca;                             // PEM
  std::optional<std::filesystem::path> certificate;     // PEM, with `key`
  std::optional<std::filesystem::path> key;
  std::optional<std::string> username;
  std::optional<std::filesystem::path> password;  // a file that holds it
  std::string client_id;
  Acknowledge acknowledge = Acknowledge::hub;
  std::uint32_t window = 0;                    // batches in flight
  std::uint64_t window_bytes = 0;              // of their rows
  std::chrono::milliseconds answer_timeout{};  // then a batch is sent again
  std::chrono::milliseconds retry_max{};       // longest wait between connection attempts
  Compression compression = Compression::automatic;
  bool required = true;  // else best-effort: nothing is kept for it alone
  BacklogOrder backlog_order = BacklogOrder::oldest_first;
  std::uint8_t backlog_share_percent = 100;   // of the window
  std::optional<std::uint64_t> backlog_rate;  // bytes a second
};

// The port of `settings` for one transport (not Transport::automatic, whose `port` is MQTT's).
inline std::uint16_t port_of(const DestinationSettings& settings, Transport transport) {
  if (transport == Transport::mqtt) return settings.port.value_or(8883);
  const std::uint16_t own =
      transport == Transport::https ? settings.https_port : settings.websocket_port;
  return settings.transport == Transport::automatic ? own : settings.port.value_or(own);
}

struct Settings {
  std::uint32_t version = 0;
  GatewaySettings gateway;
  BufferSettings buffer;
  UploadSettings upload;
  ControlSettings control;
  log::Level log_level = log::Level::info;
  std::vector<DeviceSettings> devices;
  std::vector<ColumnSettings> columns;
  std::vector<RegisterSettings> registers;
  std::vector<SensorSettings> sensors;
  std::vector<DestinationSettings> destinations;
};

}  // namespace vitalgate::config
