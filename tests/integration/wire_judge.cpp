#include "tests/integration/wire_judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "firmware-bridge/firmware/simulated_patient.h"

namespace vitalgate::test {
namespace {

constexpr std::size_t kFaultsMax = 20;

// The rows of one record, by the values that only it can have.
struct Record {
  std::vector<double> numbers;
  std::string received;
  std::string observed;
};

double number_of(const Json& row) { return row.value("value_num", -1.0); }

// Rows become records: a new one begins with the metric that comes first in its characteristic.
std::vector<Record> records_of(const std::vector<const Json*>& rows, const std::string& first) {
  std::vector<Record> records;
  for (const Json* row : rows) {
    const std::string metric = row->value("metric", "");
    if (metric == "observation") continue;
    if (metric == first || records.empty()) records.emplace_back();
    records.back().numbers.push_back(number_of(*row));
    records.back().received = row->value("received_at", "");
    records.back().observed = row->value("observed_at", "");
  }
  return records;
}

// The same numbers, from the record's own number.
std::vector<double> expected(std::uint64_t number) {
  std::vector<double> out;
  switch (number % bridge::firmware::kChannels) {
    case 0:
      out.push_back(static_cast<double>(60 + number % 40));
      for (unsigned i = 0; i < 9; ++i) {
        const auto raw = i < 4 ? 700 + (number >> (8 * i) & 255) : 800;
        out.push_back(static_cast<double>(raw) * 1000 / 1024);
      }
      return out;
    case 1:
      return {static_cast<double>(90 + number % 10), static_cast<double>(60 + number / 10 % 100)};
    default:
      return {36 + static_cast<double>(number % 1000) / 1000};
  }
}

bool same(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](double x, double y) {
           return std::abs(x - y) < 1e-6;
         });
}

class Judge {
 public:
  Judge(const std::vector<Json>& rows, const std::string& bridge) {
    for (const Json& row : rows) {
      const std::string device = row.value("device_id", "");
      if (device != bridge) by_device_[device].push_back(&row);
      account_.readings += device != bridge && row.value("metric", "") != "observation" ? 1 : 0;
      if (row.dump().find("bridge_clock_unknown") != std::string::npos) ++account_.without_clock;
      if (device == bridge) take_bridge_row(row);
    }
  }

  WireAccount judge(const std::vector<std::string>& channels, std::uint64_t until) {
    static const char* const kFirst[] = {"heart_rate", "spo2", "body_temperature"};
    for (std::size_t channel = 0; channel < channels.size(); ++channel)
      compare(channels[channel], kFirst[channel], channel, until);
    if (declared_ != account_.lost)
      fault(fmt::format("{} records are declared lost, in ranges of {}", declared_, account_.lost));
    return std::move(account_);
  }

 private:
  void take_bridge_row(const Json& row) {
    const std::string metric = row.value("metric", "");
    if (metric == "records_lost") {
      declared_ += row.value("value_num", std::uint64_t{0});
    } else if (metric == "records_lost_range") {
      const std::string range = row.value("value_text", "");
      const std::uint64_t first = std::stoull(range);
      const std::uint64_t last = std::stoull(range.substr(range.find('-') + 1));
      for (std::uint64_t n = first; n <= last; ++n)
        if (!lost_.insert(n).second) fault(fmt::format("record {} was declared lost twice", n));
      account_.lost += last - first + 1;
    } else {
      fault("a row of the bridge: " + row.dump());
    }
  }

  void compare(const std::string& sensor, const std::string& first, std::size_t channel,
               std::uint64_t until) {
    const auto records = records_of(by_device_[sensor], first);
    std::size_t at = 0;
    for (std::uint64_t number = 1; number <= until; ++number) {
      // The first records of all say that the sensors are there.
      if (number <= bridge::firmware::kChannels) continue;
      if (number % bridge::firmware::kChannels != channel || lost_.contains(number)) continue;
      if (at >= records.size())
        return fault(fmt::format("{}: record {} and all behind it are missing", sensor, number));
      const Record& record = records[at++];
      if (!same(record.numbers, expected(number)))
        return fault(fmt::format("{}: where record {} should be is another", sensor, number));
      if (record.observed > record.received)
        fault(fmt::format("{}: record {} was observed before it was", sensor, number));
      ++account_.records;
    }
    if (at != records.size())
      fault(fmt::format("{}: {} records too many", sensor, records.size() - at));
  }

  void fault(const std::string& text) {
    if (account_.faults.size() < kFaultsMax) account_.faults.push_back(text);
  }

  std::map<std::string, std::vector<const Json*>> by_device_;
  std::set<std::uint64_t> lost_;
  std::uint64_t declared_ = 0;
  WireAccount account_;
};

}  // namespace

WireAccount judge_wire(const std::vector<Json>& rows, const std::string& bridge,
                       const std::vector<std::string>& channels, std::uint64_t until) {
  return Judge(rows, bridge).judge(channels, until);
}

}  // namespace vitalgate::test
