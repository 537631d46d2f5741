#include "firmware-bridge/serial/nonin_ascii.h"

#include <charconv>
#include <utility>

#include "agent/core/text.h"
#include "firmware-bridge/serial/line_driver.h"
#include "firmware-bridge/serial/nonin.h"

namespace vitalgate::bridge {
namespace {

Error malformed(std::string what) { return {Errc::malformed, std::move(what), {}}; }

// "097", or nothing for "---".
Result<std::optional<std::uint16_t>> to_number(std::string_view text) {
  std::optional<std::uint16_t> number;
  if (text == "---") return number;
  if (text.empty() || text.size() > 3 ||
      text.find_first_not_of("0123456789") != std::string_view::npos)
    return malformed("a value is no number");
  std::from_chars(text.data(), text.data() + text.size(), number.emplace());
  return number;
}

std::string_view take_word(std::string_view& rest) {
  rest = trim(rest);
  const std::string_view word = rest.substr(0, rest.find_first_of(" \t"));
  rest.remove_prefix(word.size());
  return word;
}

// "10:45:07"
bool is_time(std::string_view word) {
  return word.size() == 8 && word[2] == ':' && word[5] == ':' &&
         word.find_first_not_of("0123456789:") == std::string_view::npos;
}

// "07/30/24"
bool is_date(std::string_view word) {
  return word.size() >= 8 && word.size() <= 10 &&
         word.find_first_not_of("0123456789/-.") == std::string_view::npos;
}

bool is_letters(std::string_view word) {
  return word.size() <= 4 &&
         word.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ*") == std::string_view::npos;
}

class AsciiDriver : public LineDriver {
 public:
  AsciiDriver() : LineDriver(kNoninLineBytesMax) {}

 private:
  Line take(std::string_view line, std::vector<Reading>& out) override {
    const auto parsed = parse_nonin_line(line);
    if (!parsed) {
      // A heading of the printout is nothing wrong; a damaged measurement is.
      const bool measured = line.find('=') != std::string_view::npos || !is_printable(line);
      return measured ? Line::bad : Line::skipped;
    }
    NoninMeasurement measurement;
    measurement.heart_rate = parsed->heart_rate;
    measurement.spo2 = parsed->spo2;
    measurement.raw = span_in(line, line);
    out = to_readings(measurement);
    return Line::frame;
  }
};

}  // namespace

Result<NoninLine> parse_nonin_line(std::string_view line) {
  if (line.size() > kNoninLineBytesMax || !is_printable(line)) return malformed("not a text line");
  NoninLine values;
  std::string_view word = take_word(line);
  for (; !word.starts_with("SPO2="); word = take_word(line)) {
    if (is_time(word))
      values.time = word;
    else if (!is_date(word))
      return malformed("no SPO2");
  }
  const auto spo2 = VG_TRY(to_number(word.substr(5)));
  word = take_word(line);
  if (!word.starts_with("HR=")) return malformed("no HR");
  values.heart_rate = VG_TRY(to_number(word.substr(3)));
  if (spo2 > 255) return malformed("a value is too large");
  if (spo2) values.spo2 = static_cast<std::uint8_t>(*spo2);

  for (word = take_word(line); !word.empty(); word = take_word(line)) {
    if (!is_letters(word)) return malformed("text behind the values");
    values.fast_averaging |= word.find('F') != std::string_view::npos;
    values.event |= word.find('*') != std::string_view::npos;
  }
  return values;
}

std::unique_ptr<Driver> make_nonin_ascii() { return std::make_unique<AsciiDriver>(); }

}  // namespace vitalgate::bridge
