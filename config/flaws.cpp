// Rules between settings that are right one by one.
#include <algorithm>
#include <set>

#include "config/catalogue.h"
#include "config/rules.h"

namespace vitalgate::config {
namespace {

constexpr std::string_view kColumn = "column", kRegister = "register", kSensor = "sensor";

std::string in_quotes(std::string_view text) { return std::string("\"").append(text).append("\""); }

class Flaws {
 public:
  explicit Flaws(const Settings& settings) : settings_(settings) {}

  std::vector<Flaw> find() {
    for (std::size_t i = 0; i < settings_.columns.size(); ++i) {
      const ColumnSettings& column = settings_.columns[i];
      check_device(kColumn, i, column.device);
      check_metric(kColumn, i, column.metric, column.unit, /*text=*/true);
    }
    for (std::size_t i = 0; i < settings_.registers.size(); ++i) {
      const RegisterSettings& one = settings_.registers[i];
      check_device(kRegister, i, one.device);
      check_metric(kRegister, i, one.metric, one.unit, /*text=*/false);
    }
    for (const DeviceSettings& device : settings_.devices) ids_.insert(device.id);
    for (std::size_t i = 0; i < settings_.sensors.size(); ++i) check_sensor(i);
    return std::move(found_);
  }

 private:
  void check_device(std::string_view table, std::size_t index, const std::string& id) {
    const bool known = std::any_of(settings_.devices.begin(), settings_.devices.end(),
                                   [&](const DeviceSettings& device) { return device.id == id; });
    if (!known)
      found_.push_back({table, index, "device", "no device has the id " + in_quotes(id),
                        "the id of a [[device]] of this file"});
  }

  void check_metric(std::string_view table, std::size_t index, const std::string& name,
                    const std::string& unit, bool text) {
    const Metric* metric = config::find(name, unit);
    const bool number = metric != nullptr && metric->unit != unit::kNone;
    if (metric != nullptr && !metric->is_open() && (number || text)) return;
    if (metric != nullptr || config::find(name, "") == nullptr)
      found_.push_back({table, index, "metric",
                        in_quotes(name) + (text ? " is no metric" : " is no metric with a number"),
                        "one of the names that vitalgate device metrics lists"});
    else
      found_.push_back({table, index, "unit", in_quotes(name) + " has no unit " + in_quotes(unit),
                        "a unit that vitalgate device metrics lists for it"});
  }

  void check_sensor(std::size_t index) {
    const SensorSettings& sensor = settings_.sensors[index];
    check_device(kSensor, index, sensor.device);
    if (!ids_.insert(sensor.id).second)
      found_.push_back({kSensor, index, "id", in_quotes(sensor.id) + " is already in use",
                        "an id that no other device or sensor has"});
    if (!channels_.emplace(sensor.device, sensor.channel).second)
      found_.push_back({kSensor, index, "channel",
                        "channel " + std::to_string(sensor.channel) + " of " +
                            in_quotes(sensor.device) + " is already taken",
                        "each sensor of a bridge has its own channel"});
  }

  const Settings& settings_;
  std::vector<Flaw> found_;
  std::set<std::string> ids_;
  std::set<std::pair<std::string, std::uint8_t>> channels_;
};

}  // namespace

std::vector<Flaw> settings_flaws(const Settings& settings) { return Flaws(settings).find(); }

void add_flaws(const Document& document, const std::vector<Flaw>& flaws, Report& report) {
  for (const Flaw& flaw : flaws) {
    std::size_t index = 0;
    for (const Section& section : document.sections) {
      if (section.table->name != flaw.table || index++ != flaw.index) continue;
      const Given* given = section.find(flaw.key);
      report.add(given != nullptr ? given->at : section.header,
                 {section.dotted(flaw.key), flaw.what, flaw.expected, {}, false});
    }
  }
}

}  // namespace vitalgate::config
