#include "firmware-bridge/serial/masimo.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <utility>

#include "agent/core/text.h"
#include "config/catalogue.h"
#include "firmware-bridge/serial/line_driver.h"

namespace vitalgate::bridge {
namespace {

namespace exception = masimo_exception;
namespace metric = config::metric;

constexpr std::size_t kValueCharactersMax = 8;

Error malformed(std::string what) { return {Errc::malformed, std::move(what), {}}; }

std::string_view take_word(std::string_view& rest) {
  rest = trim(rest);
  const std::string_view word = rest.substr(0, rest.find_first_of(" \t"));
  rest.remove_prefix(word.size());
  return word;
}

// Exactly two digits at `at`.
std::optional<unsigned> two_digits(std::string_view text, std::size_t at) {
  unsigned number = 0;
  for (std::size_t i = at; i < at + 2; ++i) {
    if (i >= text.size() || text[i] < '0' || text[i] > '9') return std::nullopt;
    number = number * 10 + static_cast<unsigned>(text[i] - '0');
  }
  return number;
}

// "aa?bb?cc" with the separator between.
std::optional<std::array<unsigned, 3>> triple(std::string_view text, char separator) {
  if (text.size() != 8 || text[2] != separator || text[5] != separator) return std::nullopt;
  const auto a = two_digits(text, 0), b = two_digits(text, 3), c = two_digits(text, 6);
  if (!a || !b || !c) return std::nullopt;
  return std::array{*a, *b, *c};
}

std::optional<std::uint32_t> hexadecimal(std::string_view text) {
  std::uint32_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, 16);
  if (text.empty() || error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

Result<MasimoValue> to_value(std::string_view word, std::string_view text) {
  if (text.ends_with('%')) text.remove_suffix(1);
  MasimoValue value{true, std::nullopt, word};
  if (text.empty() || text.size() > kValueCharactersMax) return malformed("a value is no number");
  if (text.find_first_not_of("-.") == std::string_view::npos) return value;
  if (text.find_first_not_of("0123456789.") != std::string_view::npos)
    return malformed("a value is no number");
  value.number = Decimal::parse(text);
  if (!value.number) return malformed("a value is no number");
  return value;
}

MasimoValue* place_of(MasimoLine& line, std::string_view key) {
  if (key == "SPO2") return &line.spo2;
  if (key == "BPM" || key == "PR") return &line.pulse_rate;
  if (key == "PI") return &line.perfusion_index;
  if (key == "SPCO") return &line.spco;
  if (key == "SPMET") return &line.spmet;
  if (key == "PVI") return &line.pvi;
  return nullptr;
}

// One "KEY=value"; true for EXC.
Result<bool> take_pair(std::string_view word, MasimoLine& line) {
  const auto equals = word.find('=');
  if (equals == std::string_view::npos) return false;
  std::string key(word.substr(0, equals));
  std::transform(key.begin(), key.end(), key.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  const std::string_view text = word.substr(equals + 1);
  if (MasimoValue* place = place_of(line, key)) {
    if (place->present) return malformed("a value comes twice");
    *place = VG_TRY(to_value(word, text));
  } else if (key == "SN") {
    line.serial = text;
  } else if (key == "ALARM") {
    line.alarm = hexadecimal(text);
    if (!line.alarm) return malformed("ALARM is no number");
  } else if (key == "EXC") {
    const auto bits = hexadecimal(text.substr(0, text.find(':')));
    if (!bits) return malformed("EXC is no number");
    line.exceptions = *bits;
    return true;
  }
  return false;
}

// Zeros that stand for "no value".
void drop_zeros(MasimoLine& line) {
  const auto drop = [](MasimoValue& value) {
    if (value.number && value.number->mantissa == 0) value.number.reset();
  };
  drop(line.spo2);
  drop(line.pulse_rate);
  const bool no_patient = (line.exceptions & (exception::kNoSensor | exception::kSensorDefective |
                                              exception::kSensorOff)) != 0;
  if (!no_patient && line.spo2.number) return;
  for (MasimoValue* value : {&line.perfusion_index, &line.spco, &line.spmet, &line.pvi})
    drop(*value);
}

struct Meaning {
  std::uint32_t bit;
  Flag flag;
  bool doubtful;  // a value beside it is questionable
};
constexpr std::array kMeanings{
    Meaning{exception::kNoSensor, Flag::sensor_unconnected, true},
    Meaning{exception::kSensorDefective, Flag::sensor_fault, true},
    Meaning{exception::kLowPerfusion, Flag::low_perfusion, false},
    Meaning{exception::kPulseSearch, Flag::pulse_search, true},
    Meaning{exception::kInterference, Flag::interference, true},
    Meaning{exception::kSensorOff, Flag::sensor_displaced, true},
    Meaning{exception::kAmbientLight, Flag::ambient_light, true},
    Meaning{exception::kSensorUnrecognized, Flag::sensor_unknown, true},
    Meaning{exception::kLowSignalIq, Flag::low_signal_iq, true},
};

class MasimoDriver : public LineDriver {
 public:
  MasimoDriver() : LineDriver(kMasimoLineBytesMax) {}

 private:
  Line take(std::string_view line, std::vector<Reading>& out) override {
    const auto parsed = parse_masimo_line(line);
    if (!parsed) {
      const bool measured = line.find('=') != std::string_view::npos || !is_printable(line);
      return measured ? Line::bad : Line::skipped;
    }
    out = to_readings(*parsed, line);
    return Line::frame;
  }
};

}  // namespace

Result<MasimoLine> parse_masimo_line(std::string_view line) {
  if (line.size() > kMasimoLineBytesMax || !is_printable(line)) return malformed("not a text line");
  const auto date = triple(take_word(line), '/');
  const auto time = triple(take_word(line), ':');
  if (!date || !time) return malformed("no date and time");
  MasimoLine values;
  values.timestamp = local_time(static_cast<int>(2000 + (*date)[2]), (*date)[0], (*date)[1],
                                (*time)[0], (*time)[1], (*time)[2]);
  bool whole = false;
  for (auto word = take_word(line); !word.empty(); word = take_word(line))
    whole |= VG_TRY(take_pair(word, values));
  if (!whole) return malformed("no EXC: the line is cut off");
  if (!values.spo2.present || !values.pulse_rate.present) return malformed("no SpO2 and rate");
  drop_zeros(values);
  return values;
}

std::vector<Reading> to_readings(const MasimoLine& values, std::string_view line) {
  Reading common;
  common.group = 1;
  bool doubtful = false;
  for (const Meaning& meaning : kMeanings) {
    if ((values.exceptions & meaning.bit) == 0) continue;
    common.flags.set(meaning.flag);
    doubtful = doubtful || meaning.doubtful;
  }
  if (values.timestamp) common.device_time = from_local(*values.timestamp);
  if (!common.device_time) common.flags.set(Flag::device_clock_invalid);
  if (values.alarm.value_or(0) != 0) common.flags.set(Flag::monitor_alarm);
  if (doubtful) common.quality = Quality::questionable;
  const bool off = (values.exceptions & (exception::kNoSensor | exception::kSensorOff)) != 0;

  std::vector<Reading> readings;
  const auto add = [&](MetricId id, const MasimoValue& value) {
    if (!value.present) return;
    Reading reading = common;
    reading.metric = id;
    reading.unit = config::find(id)->unit;
    if (value.number)
      reading.value = *value.number;
    else
      reading.value = off ? Absent::sensor_off : Absent::no_signal;
    reading.raw = span_in(line, value.word);
    readings.push_back(std::move(reading));
  };
  add(metric::kPulseRateOximeter, values.pulse_rate);
  add(metric::kSpo2, values.spo2);
  add(metric::kPerfusionIndex, values.perfusion_index);
  add(metric::kSpco, values.spco);
  add(metric::kSpmet, values.spmet);
  add(metric::kPlethVariability, values.pvi);
  return readings;
}

std::unique_ptr<Driver> make_masimo() { return std::make_unique<MasimoDriver>(); }

}  // namespace vitalgate::bridge
