// vitalgate device formats, vitalgate device metrics: what this build knows, for people who write
// settings or firmware.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "agent/cli/command.h"
#include "agent/cli/output.h"
#include "config/catalogue.h"
#include "firmware-bridge/format.h"
#include "firmware-bridge/sources.h"

namespace vitalgate::cli {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

Exit list_formats(const Globals& globals) {
  Json formats = Json::array(), drivers = Json::array();
  for (const auto table :
       {bridge::gatt_formats(), bridge::serial_formats(), bridge::feed_formats()})
    for (const bridge::Format& format : table)
      formats.push_back({{"name", format.name},
                         {"title", format.title},
                         {"makes_readings", format.readings != nullptr}});
  for (const bridge::DriverTitle& driver : bridge::drivers())
    drivers.push_back({{"name", driver.name}, {"title", driver.title}});
  if (globals.json) {
    fmt::print(
        "{}\n",
        Json{{"schema", "vitalgate.formats/1"}, {"formats", formats}, {"drivers", drivers}}.dump());
    return Exit::ok;
  }
  fmt::print("Formats, for vitalgate device decode\n");
  for (const Json& one : formats)
    fmt::print("  {}  {}\n", cell(text(one, "name"), 24), text(one, "title"));
  fmt::print("\nDrivers, for device.driver in the configuration\n");
  for (const Json& one : drivers)
    fmt::print("  {}  {}\n", cell(text(one, "name"), 24), text(one, "title"));
  return Exit::ok;
}

Exit list_metrics(const Globals& globals) {
  Json metrics = Json::array();
  for (const config::Metric& metric : config::metrics()) {
    Json one{{"name", metric.name}, {"unit", config::ucum(metric.unit)}};
    if (!metric.loinc.empty()) one["loinc"] = metric.loinc;
    if (metric.mdc != 0) one["mdc"] = metric.mdc;
    if (metric.unit != config::unit::kNone) {
      one["low"] = metric.low.to_text();
      one["high"] = metric.high.to_text();
    }
    metrics.push_back(std::move(one));
  }
  if (globals.json) {
    fmt::print("{}\n", Json{{"schema", "vitalgate.metrics/1"}, {"metrics", metrics}}.dump());
    return Exit::ok;
  }
  fmt::print("  {} {} {} {} {}\n", cell("METRIC", 35), cell("UNIT", 12), cell("LOINC", 9),
             cell("MDC", 8), "ACCEPTED FROM..TO");
  for (const Json& one : metrics)
    fmt::print("  {} {} {} {} {}\n", cell(text(one, "name"), 35), cell(text(one, "unit"), 12),
               cell(text(one, "loinc"), 9),
               cell(one.contains("mdc") ? std::to_string(number(one, "mdc")) : "", 8),
               one.contains("low") ? text(one, "low") + ".." + text(one, "high") : "");
  return Exit::ok;
}

}  // namespace vitalgate::cli
