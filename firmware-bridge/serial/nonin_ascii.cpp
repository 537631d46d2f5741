#include "firmware-bridge/serial/nonin_ascii.h"

#include <charconv>
#include <utility>

#include "agent/core/text.h"
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

bool is_printable(std::string_view text) {
  for (const char c : text)
    if ((c < ' ' || c > '~') && c != '\t') return false;
  return true;
}

class AsciiDriver : public Driver {
 public:
  void feed(std::span<const std::byte> bytes, Stamp received, std::vector<Arrival>& out) override {
    for (const std::byte byte : bytes) {
      const char c = static_cast<char>(byte);
      if (c == '\r' || c == '\n') {
        finish(received, out);
      } else if (too_long_) {
        ++counts_.skipped_bytes;
      } else if (line_.push_back(c); line_.size() > kNoninLineBytesMax) {
        too_long_ = true;
        drop_line();
      }
    }
  }

  [[nodiscard]] SourceCounts counts() const override { return counts_; }

  void reset() override {
    counts_.skipped_bytes += line_.size();
    line_.clear();
    too_long_ = false;
  }

 private:
  void drop_line() {
    ++counts_.bad_frames;
    counts_.skipped_bytes += line_.size();
    line_.clear();
  }

  void finish(Stamp received, std::vector<Arrival>& out) {
    too_long_ = false;
    if (trim(line_).empty()) return line_.clear();
    const auto parsed = parse_nonin_line(line_);
    if (!parsed) {
      // A heading of the printout is nothing wrong; a damaged measurement is.
      if (line_.find('=') != std::string::npos || !is_printable(line_)) return drop_line();
      counts_.skipped_bytes += line_.size();
      return line_.clear();
    }
    ++counts_.frames;
    NoninMeasurement measurement;
    measurement.heart_rate = parsed->heart_rate;
    measurement.spo2 = parsed->spo2;
    measurement.raw = {0, static_cast<std::uint16_t>(line_.size())};
    Arrival arrival;
    arrival.received = received;
    arrival.readings = to_readings(measurement);
    const auto text = std::as_bytes(std::span(line_));
    arrival.bytes.assign(text.begin(), text.end());
    out.push_back(std::move(arrival));
    line_.clear();
  }

  std::string line_;
  bool too_long_ = false;  // skipping to the end of a line
  SourceCounts counts_;
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
