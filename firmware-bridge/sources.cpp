#include "firmware-bridge/sources.h"

#include <algorithm>
#include <array>

#include "agent/core/check.h"
#include "firmware-bridge/bridge/bridge_source.h"
#include "firmware-bridge/feed/mllp_source.h"
#include "firmware-bridge/serial/line_pattern.h"
#include "firmware-bridge/serial/modbus_source.h"
#include "firmware-bridge/serial/serial_source.h"

namespace vitalgate::bridge {
namespace {

constexpr std::string_view kLine = "line", kMessages = "hl7-mllp", kRegisters = "modbus-rtu",
                           kBridge = "bridge";

constexpr std::array kOwnSources{
    DriverTitle{kMessages, "HL7 v2 messages over MLLP: laboratory systems, monitor gateways"},
    DriverTitle{kRegisters, "Modbus RTU device, by its register map"},
    DriverTitle{kBridge, "bridge with sensors behind it, in the protocol of docs/wire.md"},
};

using config::DeviceSettings;
using config::Flaw;
using config::Settings;

// Those of `all` that belong to `device`.
template <class Part>
std::vector<Part> parts_of(const std::vector<Part>& all, const DeviceSettings& device) {
  std::vector<Part> own;
  std::copy_if(all.begin(), all.end(), std::back_inserter(own),
               [&](const Part& part) { return part.device == device.id; });
  return own;
}

class Rules {
 public:
  explicit Rules(const Settings& settings) : settings_(settings) {}

  std::vector<Flaw> find() {
    for (index_ = 0; index_ < settings_.devices.size(); ++index_) check(settings_.devices[index_]);
    return std::move(found_);
  }

 private:
  void add(std::string_view key, std::string what, std::string expected) {
    found_.push_back({"device", index_, key, std::move(what), std::move(expected)});
  }

  template <class Part>
  void check_parts(const std::vector<Part>& all, const DeviceSettings& device,
                   std::string_view driver, std::string_view table) {
    const bool any = !parts_of(all, device).empty();
    if (any == (device.driver == driver)) return;
    const std::string header = std::string("[[").append(table).append("]]");
    if (any)
      add("driver", "driver " + device.driver + " has no use for " + header,
          "driver = \"" + std::string(driver) + "\", or remove its " + header);
    else
      add("driver", "driver " + device.driver + " needs to know what to read",
          header + " with device = \"" + device.id + "\"");
  }

  void check(const DeviceSettings& device) {
    const bool listens = device.driver == kMessages;
    if (listens != !device.listen.empty())
      add(listens ? "port" : "listen",
          listens ? "driver hl7-mllp waits for messages on the network"
                  : "driver " + device.driver + " reads a serial port",
          listens ? "listen = \"127.0.0.1:2575\" instead"
                  : "port = \"/dev/serial/by-id/...\" instead");
    check_parts(settings_.columns, device, kLine, "column");
    check_parts(settings_.registers, device, kRegisters, "register");
    check_parts(settings_.sensors, device, kBridge, "sensor");
    if (device.driver != kLine) return;
    if (const auto good = check_line_pattern(device.pattern, parts_of(settings_.columns, device));
        !good)
      add("pattern", good.error().what, good.error().hint);
  }

  const Settings& settings_;
  std::size_t index_ = 0;
  std::vector<Flaw> found_;
};

}  // namespace

std::span<const DriverTitle> drivers() {
  static const std::vector<DriverTitle> all = [] {
    std::vector<DriverTitle> titles;
    for (const DriverInfo& info : serial_drivers()) titles.push_back({info.name, info.description});
    titles.insert(titles.end(), kOwnSources.begin(), kOwnSources.end());
    return titles;
  }();
  return all;
}

std::span<const std::string_view> driver_names() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> all;
    for (const DriverTitle& driver : drivers()) all.push_back(driver.name);
    return all;
  }();
  return names;
}

std::vector<Flaw> source_flaws(const Settings& settings) { return Rules(settings).find(); }

std::unique_ptr<Source> make_source(const Settings& settings, std::size_t index,
                                    std::span<const SourceMark> marks) {
  const DeviceSettings& device = settings.devices.at(index);
  if (device.driver == kMessages) return std::make_unique<MllpSource>(index, device, marks);
  if (device.driver == kRegisters)
    return std::make_unique<ModbusSource>(index, device, parts_of(settings.registers, device));
  if (device.driver == kBridge)
    return std::make_unique<BridgeSource>(
        index, device, parts_of(settings.sensors, device),
        marks.empty() ? std::nullopt : std::optional(marks.front()));
  return std::make_unique<SerialSource>(index, device, settings.columns);
}

}  // namespace vitalgate::bridge
