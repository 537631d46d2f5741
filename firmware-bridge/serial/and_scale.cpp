#include "firmware-bridge/serial/and_scale.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string>
#include <utility>

#include "agent/core/text.h"
#include "config/catalogue.h"
#include "firmware-bridge/serial/line_driver.h"

namespace vitalgate::bridge {
namespace {

namespace metric = config::metric;

constexpr std::array<std::string_view, 4> kHeaders{"ST", "US", "OL", "QT"};  // as AndHeader
constexpr std::int64_t kPoundsPerStone = 14;

Error malformed(std::string what) { return {Errc::malformed, std::move(what), {}}; }

bool parity_bit(char c) { return (static_cast<unsigned char>(c) & 0x80) != 0; }
bool is_odd(char c) { return std::popcount(static_cast<unsigned char>(c)) % 2 != 0; }

// The seven-bit text of a line that was read with its parity; nothing when a parity is wrong.
std::optional<std::string> without_parity(std::string_view line) {
  std::string text(line);
  if (std::none_of(line.begin(), line.end(), parity_bit)) return text;
  const auto odd = std::count_if(line.begin(), line.end(), is_odd);
  if (odd != 0 && odd != static_cast<std::ptrdiff_t>(line.size())) return std::nullopt;
  for (char& c : text) c = static_cast<char>(static_cast<unsigned char>(c) & 0x7F);
  return text;
}

// The weight in a unit of the catalogue, exactly.
std::optional<Reading> to_reading(const AndLine& line) {
  Reading reading;
  Decimal value = *line.value;
  reading.metric = metric::kBodyWeight;
  if (line.unit == "g" && value.exponent >= Decimal::kExponentMin + 3) {
    value.exponent = static_cast<std::int8_t>(value.exponent - 3);
    reading.flags.set(Flag::converted_unit);
  } else if (line.unit == "lb" || line.unit == "st") {
    reading.metric = metric::kBodyWeightPound;
    if (line.unit == "st") {
      value.mantissa *= kPoundsPerStone;  // at most eight digits
      reading.flags.set(Flag::converted_unit);
    }
  } else if (line.unit != "kg") {
    return std::nullopt;
  }
  reading.unit = config::find(reading.metric)->unit;
  reading.value = value;
  return reading;
}

class AndDriver : public LineDriver {
 public:
  AndDriver() : LineDriver(kAndLineBytesMax) {}

  void reset() override {
    LineDriver::reset();
    shown_.clear();
  }

 private:
  Line take(std::string_view line, std::vector<Reading>& out) override {
    const auto plain = without_parity(line);
    if (!plain) return Line::bad;
    const std::string_view text = trim(*plain);
    if (text.empty()) return Line::skipped;  // a line end whose parity hid it
    const auto parsed = parse_and_line(text);
    if (!parsed) return Line::bad;
    const std::string before = std::exchange(shown_, std::string(text));
    Reading reading;
    if (parsed->header == AndHeader::overload) {
      reading.metric = metric::kBodyWeight;
      reading.unit = config::find(reading.metric)->unit;
      reading.value = Absent::error;
    } else {
      if (parsed->header != AndHeader::stable || parsed->value->mantissa <= 0) return Line::frame;
      const auto weight = to_reading(*parsed);
      if (!weight) return Line::frame;
      reading = *weight;
    }
    if (text == before) reading.flags.set(Flag::repeated_display);
    reading.raw = span_in(line, line);
    out.push_back(std::move(reading));
    return Line::frame;
  }

  std::string shown_;  // the line before
};

}  // namespace

Result<AndLine> parse_and_line(std::string_view line) {
  if (line.size() > kAndLineBytesMax || !is_printable(line)) return malformed("not a text line");
  const auto header = std::find(kHeaders.begin(), kHeaders.end(), line.substr(0, 2));
  if (header == kHeaders.end() || line.size() < 3 || line[2] != ',')
    return malformed("no header of the A&D standard format");
  AndLine parsed;
  parsed.header = static_cast<AndHeader>(header - kHeaders.begin());
  if (parsed.header == AndHeader::overload) return parsed;

  const std::string_view rest = trim(line.substr(3));
  const auto end = std::min(rest.find_first_not_of("+-.0123456789"), rest.size());
  if (end == 0 || end > 9 || (rest[0] != '+' && rest[0] != '-'))
    return malformed("no signed number of up to nine characters");
  parsed.value = Decimal::parse(rest.substr(0, end));
  if (!parsed.value) return malformed("the weight is no number");
  parsed.unit = trim(rest.substr(end));
  if (parsed.unit.empty() || parsed.unit.size() > 4) return malformed("no unit");
  return parsed;
}

std::unique_ptr<Driver> make_and_scale() { return std::make_unique<AndDriver>(); }

}  // namespace vitalgate::bridge
