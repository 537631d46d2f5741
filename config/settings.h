// What the agent was told, typed and checked.
//
// Made only by load() in config/loader.h; every value here is inside the range that
// config/keys.cpp states, so no other room checks again.
#pragma once

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

struct BufferSettings {
  std::filesystem::path directory;
  std::chrono::milliseconds commit_interval{};
  std::chrono::seconds keep_sent{};
  std::uint64_t max_disk_bytes = 0;
};

struct UploadSettings {
  std::uint32_t max_readings = 0;
  std::uint32_t max_bytes = 0;
  std::chrono::milliseconds max_age{};
};

struct ControlSettings {
  std::filesystem::path socket;
};

struct DeviceSettings {
  std::string id;
  std::string driver;      // a name in bridge::serial_drivers()
  std::string port;        // a path, best below /dev/serial/by-id
  std::uint32_t baud = 0;  // 0: what the driver's device uses
  Lane lane = Lane::vitals;
  std::chrono::milliseconds expect_every{};
  bool keep_raw = false;
};

enum class Acknowledge : std::uint8_t { hub, transport };

struct DestinationSettings {
  std::string name;
  std::string host;
  std::uint16_t port = 0;
  std::filesystem::path ca;                          // PEM
  std::optional<std::filesystem::path> certificate;  // PEM, with `key`
  std::optional<std::filesystem::path> key;
  std::optional<std::string> username;
  std::optional<std::filesystem::path> password;  // a file that holds it
  std::string client_id;
  Acknowledge acknowledge = Acknowledge::hub;
  std::uint32_t window = 0;                    // batches in flight
  std::chrono::milliseconds answer_timeout{};  // then a batch is sent again
  std::chrono::milliseconds retry_max{};       // longest wait between connection attempts
};

struct Settings {
  std::uint32_t version = 0;
  GatewaySettings gateway;
  BufferSettings buffer;
  UploadSettings upload;
  ControlSettings control;
  log::Level log_level = log::Level::info;
  std::vector<DeviceSettings> devices;
  std::vector<DestinationSettings> destinations;
};

}  // namespace vitalgate::config
