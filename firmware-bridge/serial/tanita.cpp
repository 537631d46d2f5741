#include "firmware-bridge/serial/tanita.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>
#include <optional>
#include <utility>

#include "agent/core/text.h"
#include "config/catalogue.h"
#include "firmware-bridge/local_time.h"
#include "firmware-bridge/serial/line_driver.h"

namespace vitalgate::bridge {
namespace {

namespace metric = config::metric;

struct Meaning {
  std::string_view key;
  MetricId metric;
  bool in_kilograms;  // no value where the scale weighs in pounds
};
constexpr std::array kMeanings{
    Meaning{"Wk", metric::kBodyWeight, true},
    Meaning{"Wp", metric::kBodyWeightPound, false},
    Meaning{"Hm", metric::kBodyHeightCentimetre, false},
    Meaning{"FW", metric::kBodyFat, false},
    Meaning{"MW", metric::kFatFreeMass, true},
    Meaning{"mW", metric::kMuscleMass, true},
    Meaning{"wW", metric::kBodyWaterMass, true},
    Meaning{"MI", metric::kBodyMassIndex, false},
    Meaning{"rb", metric::kBasalMetabolism, false},
    Meaning{"ZF", metric::kBodyImpedance, false},
};

Error malformed(std::string what) { return {Errc::malformed, std::move(what), {}}; }

// The text up to the next comma outside of quotation marks, taken off `rest` with it.
std::string_view take_item(std::string_view& rest) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < rest.size() && (quoted || rest[end] != ','); ++end) quoted ^= rest[end] == '"';
  const std::string_view item = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return trim(item);
}

std::string_view unquoted(std::string_view item) {
  if (item.size() >= 2 && item.front() == '"' && item.back() == '"')
    return item.substr(1, item.size() - 2);
  return item;
}

std::string_view find(const std::vector<TanitaPair>& pairs, std::string_view key,
                      std::string_view other = {}) {
  const auto found = std::find_if(pairs.begin(), pairs.end(), [&](const TanitaPair& pair) {
    return pair.key == key || (!other.empty() && pair.key == other);
  });
  return found == pairs.end() ? std::string_view{} : found->value;
}

// Digits at `at`, `count` of them; -1 for anything else.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  int number = -1;
  if (at + count > text.size()) return -1;
  const auto part = text.substr(at, count);
  if (part.find_first_not_of("0123456789") != std::string_view::npos) return -1;
  std::from_chars(part.data(), part.data() + part.size(), number);
  return number;
}

std::optional<LocalTime> to_time(std::string_view date, std::string_view time) {
  if (date.size() != 10 || date[2] != '/' || date[5] != '/') return std::nullopt;
  if ((time.size() != 5 && time.size() != 8) || time[2] != ':') return std::nullopt;
  const int day = digits(date, 0, 2), month = digits(date, 3, 2), year = digits(date, 6, 4);
  const int hour = digits(time, 0, 2), minute = digits(time, 3, 2);
  const int second = time.size() == 8 && time[5] == ':' ? digits(time, 6, 2) : 0;
  if (std::min({day, month, year, hour, minute, second}) < 0) return std::nullopt;
  return local_time(year, static_cast<unsigned>(month), static_cast<unsigned>(day),
                    static_cast<unsigned>(hour), static_cast<unsigned>(minute),
                    static_cast<unsigned>(second));
}

Reading common_of(const std::vector<TanitaPair>& pairs) {
  Reading common;
  common.group = 1;
  const std::string_view date = find(pairs, "DT", "Da");
  if (!date.empty()) {
    if (const auto time = to_time(date, find(pairs, "Ti", "TI")))
      common.device_time = from_local(*time);
    if (!common.device_time) common.flags.set(Flag::device_clock_invalid);
  }
  const std::string_view status = find(pairs, "St");
  if (!status.empty() && status != "0") {
    common.quality = Quality::questionable;
    common.flags.set(Flag::device_says_questionable);
  }
  return common;
}

class TanitaDriver : public LineDriver {
 public:
  TanitaDriver() : LineDriver(kTanitaLineBytesMax) {}

 private:
  Line take(std::string_view line, std::vector<Reading>& out) override {
    // Some scales send noise when their line driver switches off: what is before the brace.
    const auto brace = line.find('{');
    if (brace == std::string_view::npos) return Line::skipped;
    const auto pairs = parse_tanita(line.substr(brace));
    if (!pairs) return Line::bad;
    auto readings = to_readings(*pairs, line);
    if (!readings) return Line::bad;
    out = *std::move(readings);
    return Line::frame;
  }
};

}  // namespace

Result<std::vector<TanitaPair>> parse_tanita(std::string_view line) {
  if (line.size() > kTanitaLineBytesMax || !is_printable(line)) return malformed("not a text line");
  line = trim(line);
  if (!line.starts_with('{')) return malformed("no brace at the start");
  const auto end = line.rfind("CS,");
  if (end == std::string_view::npos || end == 0 || line[end - 1] != ',')
    return malformed("no checksum: the line is cut off");
  const std::string_view sent = trim(line.substr(end + 3)).substr(0, 3);
  const unsigned sum =
      std::accumulate(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(end), 0U,
                      [](unsigned total, char c) { return total + static_cast<unsigned char>(c); });
  unsigned told = 0;
  const auto [stop, error] = std::from_chars(sent.data(), sent.data() + sent.size(), told, 16);
  if (sent.size() != 2 || error != std::errc{} || stop != sent.data() + 2)
    return malformed("the checksum is no number");
  if ((sum & 0xFF) != told) return malformed("wrong checksum");

  std::vector<TanitaPair> pairs;
  std::string_view rest = line.substr(1, end - 1);
  while (!rest.empty()) {
    const std::string_view key = take_item(rest);
    if (key.empty() || rest.empty()) return malformed("a key without a value");
    pairs.push_back({key, unquoted(take_item(rest))});
  }
  return pairs;
}

Result<std::vector<Reading>> to_readings(const std::vector<TanitaPair>& pairs,
                                         std::string_view line) {
  const Reading common = common_of(pairs);
  const bool pounds = !find(pairs, "Wp").empty();
  std::vector<Reading> readings;
  for (const TanitaPair& pair : pairs) {
    const auto meaning = std::find_if(kMeanings.begin(), kMeanings.end(),
                                      [&](const Meaning& one) { return one.key == pair.key; });
    if (meaning == kMeanings.end() || (meaning->in_kilograms && pounds)) continue;
    const std::string_view text = trim(pair.value);
    Reading reading = common;
    reading.metric = meaning->metric;
    reading.unit = config::find(reading.metric)->unit;
    reading.raw = span_in(line, text);
    if (text.find_first_not_of("-. ") == std::string_view::npos) {
      reading.value = Absent::no_signal;
    } else {
      const auto number = Decimal::parse(text);
      if (!number) return malformed("a value is no number");
      reading.value = *number;
    }
    readings.push_back(std::move(reading));
  }
  return readings;
}

std::unique_ptr<Driver> make_tanita() { return std::make_unique<TanitaDriver>(); }

}  // namespace vitalgate::bridge
