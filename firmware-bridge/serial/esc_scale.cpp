#include "firmware-bridge/serial/esc_scale.h"

#include <algorithm>
#include <utility>

#include "agent/core/text.h"
#include "config/catalogue.h"
#include "firmware-bridge/serial/line_driver.h"

namespace vitalgate::bridge {
namespace {

namespace metric = config::metric;

constexpr char kEscape = 0x1B;

Error malformed(std::string what) { return {Errc::malformed, std::move(what), {}}; }

Result<std::optional<Decimal>> to_number(std::string_view text) {
  const auto number = Decimal::parse(trim(text));
  if (!number || number->mantissa < 0) return malformed("a value is no number");
  if (number->mantissa == 0) return std::optional<Decimal>{};
  return number;
}

struct Part {
  char key;
  std::string_view text;
};

// The part that `rest` begins with, taken off it.
std::optional<Part> take_part(std::string_view& rest) {
  if (rest.size() < 2 || rest[0] != kEscape) return std::nullopt;
  const Part part{rest[1], rest.substr(2, std::min(rest.find(kEscape, 2), rest.size()) - 2)};
  rest.remove_prefix(2 + part.text.size());
  return part;
}

std::vector<Reading> to_readings(const EscWeighing& weighing, std::string_view frame) {
  std::vector<Reading> readings;
  const auto add = [&](MetricId id, const std::optional<Decimal>& value, std::string_view text) {
    if (!value) return;
    Reading reading;
    reading.metric = id;
    reading.unit = config::find(id)->unit;
    reading.value = *value;
    reading.group = 1;
    reading.raw = span_in(frame, text);
    readings.push_back(std::move(reading));
  };
  const bool si = weighing.metric;
  add(si ? metric::kBodyWeight : metric::kBodyWeightPound, weighing.weight, weighing.weight_text);
  add(si ? metric::kBodyHeightCentimetre : metric::kBodyHeightInch, weighing.height,
      weighing.height_text);
  add(metric::kBodyMassIndex, weighing.bmi, weighing.bmi_text);
  return readings;
}

// Frames from ESC R to ESC E, one weighing after the other.
class EscDriver : public Driver {
 public:
  void feed(std::span<const std::byte> bytes, Stamp received, std::vector<Arrival>& out) override {
    for (const std::byte byte : bytes) {
      frame_.push_back(byte);
      const std::size_t size = frame_.size();
      const bool escaped = size >= 2 && static_cast<char>(frame_[size - 2]) == kEscape;
      const char c = static_cast<char>(byte);
      if (size == 1 ? c != kEscape : size == 2 && c != 'R') {
        restart(c == kEscape);
      } else if (size > 2 && escaped && c == 'R') {
        ++counts_.bad_frames;  // the one before was cut off
        counts_.skipped_bytes += size - 2;
        frame_.erase(frame_.begin(), frame_.end() - 2);
      } else if (escaped && c == 'E') {
        finish(received, out);
      } else if (size == kEscFrameBytesMax) {
        drop();
      }
    }
  }

  [[nodiscard]] SourceCounts counts() const override { return counts_; }

  void reset() override {
    counts_.skipped_bytes += frame_.size();
    frame_.clear();
  }

 private:
  // What is there is no beginning; its last byte may be one.
  void restart(bool keep_last) {
    counts_.skipped_bytes += frame_.size() - (keep_last ? 1 : 0);
    frame_.erase(frame_.begin(), frame_.end() - (keep_last ? 1 : 0));
  }

  void drop() {
    ++counts_.bad_frames;
    counts_.skipped_bytes += frame_.size();
    frame_.clear();
  }

  void finish(Stamp received, std::vector<Arrival>& out) {
    const auto weighing = parse_esc_scale(frame_);
    if (!weighing) return drop();
    ++counts_.frames;
    Arrival arrival;
    arrival.received = received;
    arrival.readings = to_readings(*weighing, text_of(frame_));
    arrival.bytes = std::exchange(frame_, {});
    if (!arrival.readings.empty()) out.push_back(std::move(arrival));
  }

  std::vector<std::byte> frame_;  // from its ESC R
  SourceCounts counts_;
};

}  // namespace

Result<EscWeighing> parse_esc_scale(std::span<const std::byte> frame) {
  std::string_view rest = text_of(frame);
  if (rest.size() > kEscFrameBytesMax || !rest.starts_with("\x1BR") ||
      !rest.ends_with("\x1B"
                      "E"))
    return malformed("not from ESC R to ESC E");
  EscWeighing weighing;
  bool weighed = false, ended = false;
  std::string_view system;
  for (auto part = take_part(rest); part && !ended; part = take_part(rest)) {
    if (!is_printable(part->text)) return malformed("text that is not printable");
    if (part->key == 'I') weighing.id = trim(part->text);
    if (part->key == 'N') system = trim(part->text);
    if (part->key == 'E') ended = true;
    std::optional<Decimal>* const value = part->key == 'W'   ? &weighing.weight
                                          : part->key == 'H' ? &weighing.height
                                          : part->key == 'B' ? &weighing.bmi
                                                             : nullptr;
    if (value == nullptr) continue;
    *value = VG_TRY(to_number(part->text));
    (part->key == 'W'   ? weighing.weight_text
     : part->key == 'H' ? weighing.height_text
                        : weighing.bmi_text) = part->text;
    weighed = weighed || part->key == 'W';
  }
  if (!weighed) return malformed("no weight");
  if (system != "l" && system != "m") return malformed("no unit system");
  weighing.metric = system == "m";
  return weighing;
}

std::unique_ptr<Driver> make_esc_scale() { return std::make_unique<EscDriver>(); }

}  // namespace vitalgate::bridge
