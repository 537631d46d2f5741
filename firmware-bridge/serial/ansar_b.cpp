#include "firmware-bridge/serial/ansar_b.h"

#include <algorithm>
#include <string>

#include "agent/core/limits.h"
#include "agent/core/text.h"
#include "firmware-bridge/serial/line_driver.h"

namespace vitalgate::bridge {
namespace {

constexpr std::byte kStart{0xFF};
constexpr std::byte kEnd{0xFE};
constexpr std::string_view kHeader = "ANSAR-B ";
constexpr AnsarMessage::Samples kSamples{200, 50, 50, 50, 50};
constexpr std::size_t kWaveBytes = 400;
constexpr std::size_t kTextAt = 1 + kHeader.size() + kWaveBytes;

struct Form {
  std::string_view key;
  std::size_t values;  // numbers that follow the code
};

// In the order of AnsarKey.
constexpr std::array<Form, 9> kForms{{{"HR", 1},
                                      {"RR", 1},
                                      {"ETCO2", 1},
                                      {"SPO2", 1},
                                      {"NIBP", 4},
                                      {"P1", 3},
                                      {"P2", 3},
                                      {"T1", 1},
                                      {"T2", 1}}};

bool is_text(char c) { return (c >= ' ' && c <= '~') || c == '\r' || c == '\n' || c == '\t'; }

// "KEY=": two or more capitals or digits. Lost wave bytes make the first line start later.
bool starts_with_key(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos || equals < 2) return false;
  return std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(equals),
                     [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
}

// The part of `rest` before the next ';', which is taken off with it.
std::string_view take_field(std::string_view& rest) {
  const auto end = rest.find(';');
  const std::string_view field = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return trim(field);
}

AnsarValue to_value(std::string_view field) {
  field = trim(field);
  if (field.find_first_not_of("-*?_. ") == std::string_view::npos) return {};  // "---", "***"
  const std::optional<Decimal> number = Decimal::parse(field);
  return {number, !number.has_value()};
}

std::optional<AnsarLine> parse_line(std::string_view whole, std::size_t offset) {
  const auto equals = whole.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  const std::string_view key = trim(whole.substr(0, equals));
  const auto form = std::find_if(kForms.begin(), kForms.end(),
                                 [key](const Form& candidate) { return candidate.key == key; });
  if (form == kForms.end()) return std::nullopt;

  AnsarLine line;
  line.key = static_cast<AnsarKey>(form - kForms.begin());
  line.whole = whole;
  line.offset = offset;
  std::string_view rest = whole.substr(equals + 1);
  take_field(rest);  // the code: lead, sensor or mode number; its meaning is not known
  for (std::size_t i = 0; i < form->values; ++i) line.values[i] = to_value(take_field(rest));
  line.label = take_field(rest);
  if (line.key == AnsarKey::spo2 && line.label.starts_with("PR=")) {
    line.values[1] = to_value(line.label.substr(3));
    line.label = {};
  }
  line.alarm = take_field(rest);
  return line;
}

Error malformed(std::string what) { return {Errc::malformed, std::move(what), {}}; }

// The frames of a line, one message after the other.
class AnsarDriver : public Driver {
 public:
  void feed(std::span<const std::byte> bytes, Stamp received, std::vector<Arrival>& out) override {
    for (const std::byte byte : bytes) {
      if (byte == kStart) {
        drop_partial();  // it was cut off: its end never came
        frame_.push_back(byte);
      } else if (frame_.empty()) {
        ++counts_.skipped_bytes;
      } else if (frame_.push_back(byte); byte == kEnd) {
        finish(received, out);
      } else if (frame_.size() >= limits::kFrameBytesMax) {
        drop_partial();
      }
    }
  }

  [[nodiscard]] SourceCounts counts() const override { return counts_; }

  // A cuff result seen before the gap may belong to somebody else: the next one counts as new.
  void reset() override {
    drop_partial();
    nibp_.clear();
  }

 private:
  void drop_partial() {
    if (frame_.empty()) return;
    ++counts_.bad_frames;
    counts_.skipped_bytes += frame_.size();
    frame_.clear();
  }

  void finish(Stamp received, std::vector<Arrival>& out) {
    const auto message = parse_ansar_b(frame_);
    if (!message) return drop_partial();
    ++counts_.frames;
    const AnsarLine* nibp = message->find(AnsarKey::nibp);
    const std::string_view shown = nibp == nullptr ? std::string_view{} : nibp->whole;
    Arrival arrival;
    arrival.readings = to_readings(*message, !shown.empty() && shown == nibp_);
    nibp_ = shown;
    if (!arrival.readings.empty()) {
      const auto text = std::span(frame_).subspan(kTextAt, message->text.size());
      arrival.bytes.assign(text.begin(), text.end());
      arrival.received = received;
      out.push_back(std::move(arrival));
    }
    frame_.clear();
  }

  std::vector<std::byte> frame_;  // from its FF; empty while looking for one
  std::string nibp_;              // the line in the message before
  SourceCounts counts_;
};

}  // namespace

const AnsarLine* AnsarMessage::find(AnsarKey key) const {
  const auto found = std::find_if(lines.rbegin(), lines.rend(),
                                  [key](const AnsarLine& line) { return line.key == key; });
  return found == lines.rend() ? nullptr : &*found;
}

Result<AnsarMessage> parse_ansar_b(std::span<const std::byte> frame) {
  if (frame.size() < kTextAt + 1) return malformed("shorter than its header and waves");
  if (frame.size() > limits::kFrameBytesMax) return malformed("longer than any message");
  if (frame.front() != kStart || frame.back() != kEnd ||
      text_of(frame).substr(1, kHeader.size()) != kHeader)
    return malformed("not an ANSAR-B message");
  for (const std::byte wave : frame.subspan(1 + kHeader.size(), kWaveBytes))
    if (wave >= kEnd) return malformed("a frame mark inside the waves");

  AnsarMessage message;
  message.samples = kSamples;
  message.text = text_of(frame.subspan(kTextAt, frame.size() - kTextAt - 1));
  if (!std::all_of(message.text.begin(), message.text.end(), is_text))
    return malformed("text that is not printable");
  if (!starts_with_key(message.text)) return malformed("wave bytes are missing");
  if (message.text.back() != '\r' && message.text.back() != '\n')
    return malformed("the last line is cut off");

  for (std::size_t at = 0; at < message.text.size();) {
    const std::size_t end = message.text.find('\r', at);
    const std::size_t length = end == std::string_view::npos ? end : end - at;
    if (auto line = parse_line(message.text.substr(at, length), at)) message.lines.push_back(*line);
    at = end == std::string_view::npos ? message.text.size() : end + 1;
  }
  return message;
}

std::unique_ptr<Driver> make_ansar_b() { return std::make_unique<AnsarDriver>(); }

}  // namespace vitalgate::bridge
