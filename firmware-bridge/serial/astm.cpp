#include "firmware-bridge/serial/astm.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "agent/core/limits.h"
#include "agent/core/text.h"
#include "firmware-bridge/serial/astm_frame.h"
#include "firmware-bridge/serial/astm_record.h"
#include "firmware-bridge/serial/line_driver.h"

namespace vitalgate::bridge {
namespace {

constexpr std::array kAck{std::byte{0x06}};
constexpr std::byte kNak{0x15};
constexpr unsigned kIdleTicksMax = 30;
constexpr std::size_t kRememberedMax = 4096;  // results of one message that was broken off

class AstmDriver : public Driver {
 public:
  explicit AstmDriver(AstmDialect dialect) { context_.dialect = dialect; }

  void feed(std::span<const std::byte> bytes, Stamp received, std::vector<Arrival>& out) override {
    idle_ticks_ = 0;
    for (const std::byte byte : bytes) {
      switch (framer_.push(byte)) {
        case AstmFramer::Event::nothing:
          break;
        case AstmFramer::Event::enquiry:
          on_enquiry();
          break;
        case AstmFramer::Event::end:
          end_session(!troubled_);
          answer({});
          break;
        case AstmFramer::Event::broken:
          if (in_session_ || is_contour()) ask_again();
          break;
        case AstmFramer::Event::frame:
          on_frame(received, out);
          break;
      }
    }
  }

  void tick() override {
    if (in_session_ && ++idle_ticks_ > kIdleTicksMax) end_session(false);
  }

  void reset() override {
    framer_.reset();
    end_session(false);
    answer({});
    awaited_.reset();
  }

  [[nodiscard]] SourceCounts counts() const override {
    SourceCounts counts = framer_.counts();
    counts.frames -= refused_;
    counts.bad_frames += refused_ + torn_records_;
    return counts;
  }

  [[nodiscard]] std::span<const std::byte> acknowledgement() const override { return kAck; }
  std::optional<std::size_t> take_awaited() override { return std::exchange(awaited_, {}); }
  std::vector<std::byte> take_reply() override { return std::exchange(reply_, {}); }

 private:
  [[nodiscard]] bool is_contour() const { return context_.dialect == AstmDialect::contour; }

  // The device waits for this and for nothing before it.
  void answer(std::optional<std::byte> word) {
    reply_.clear();
    if (word) reply_.push_back(*word);
    awaited_ = 0;
  }

  void on_enquiry() {
    if (is_contour() && std::exchange(frame_before_, false)) return;
    end_session(false);
    in_session_ = true;
    answer(kAck.front());
  }

  void ask_again() {
    answer(kNak);
    troubled_ = frame_before_ = true;
  }

  // `as_meant`: the device ended it with all that it sent acknowledged. Otherwise it will send
  // the message again, and what that gave already is not to be given twice.
  void end_session(bool as_meant) {
    if (as_meant) in_message_ = false;
    in_session_ = frame_before_ = troubled_ = false;
    idle_ticks_ = 0;
    accepted_.clear();
    if (!std::exchange(pending_, {}).empty()) ++torn_records_;
    given_before_.insert(given_before_.end(), given_.begin(), given_.end());
    given_.clear();
    if (given_before_.size() > kRememberedMax) given_before_.clear();
    if (!in_message_) given_before_.clear();
  }

  void on_frame(Stamp received, std::vector<Arrival>& out) {
    const auto bytes = framer_.frame();
    if (!in_session_ && !is_contour()) {
      ++refused_;
      return;
    }
    const bool again = std::equal(bytes.begin(), bytes.end(), accepted_.begin(), accepted_.end());
    const AstmFrame frame = *parse_astm_frame(bytes);
    // A device that never counts sends the same number for something else: nothing is lost by it.
    const bool in_order =
        accepted_.empty() || frame.number == (number_ + 1) % 8 || frame.number == number_;
    const std::size_t size = pending_.size() + frame.text.size();
    if (!again && (!in_order || size > limits::kFrameBytesMax)) {
      ++refused_;
      return ask_again();
    }
    in_session_ = frame_before_ = true;
    troubled_ = again;
    Arrival arrival;
    if (!again) {
      accepted_.assign(bytes.begin(), bytes.end());
      number_ = frame.number;
      pending_ += frame.text;
      gave_ = take_records(frame.last, arrival);
    }
    if (!gave_) return answer(kAck.front());
    reply_.clear();
    awaited_ = 1;
    arrival.received = received;
    arrival.urgent_commit = true;
    out.push_back(std::move(arrival));  // without readings too: its answer waits its turn
  }

  // The records of pending_ that are complete. True when results are among them.
  bool take_records(bool all, Arrival& arrival) {
    const auto end = all ? pending_.size() : pending_.rfind('\r') + 1;  // npos + 1 is 0
    const std::string text = pending_.substr(0, end);
    pending_.erase(0, end);
    const auto bytes = std::as_bytes(std::span(text));
    bool results = false;
    for (const std::string_view record : records_of(text)) {
      if (record[0] != 'R') {
        note(record);
        continue;
      }
      results = true;
      if (auto reading = take_result(record)) {
        reading->raw = span_in(text, record);
        arrival.readings.push_back(*std::move(reading));
      }
    }
    if (results) arrival.bytes.assign(bytes.begin(), bytes.end());
    return results;
  }

  void note(std::string_view record) {
    const auto field = [&](std::size_t number) {
      return trim(field_of(record, number, context_.delimiters));
    };
    switch (record[0]) {
      case 'H': {
        context_.delimiters = delimiters_of(record);
        const std::string_view processing = field(12);
        context_.test = processing == "T" || processing == "D" || processing == "Q";
        context_.specimen.clear();
        above_.clear();
        order_.clear();
        in_message_ = true;
        break;
      }
      case 'P':
        above_ = record;
        order_.clear();
        context_.specimen.clear();
        break;
      case 'O':
        order_ = record;
        context_.specimen = component_of(field(16), 1, context_.delimiters);
        break;
      case 'L':
        in_message_ = false;
        given_.clear();
        given_before_.clear();
        break;
      default:
        break;
    }
  }

  // Nothing for a result that this message gave before it was broken off.
  std::optional<Reading> take_result(std::string_view record) {
    const std::size_t mark = std::hash<std::string>{}(
        std::string(above_).append("\r").append(order_).append("\r").append(record));
    const auto before = std::find(given_before_.begin(), given_before_.end(), mark);
    if (in_message_ && given_.size() < kRememberedMax) given_.push_back(mark);
    if (before != given_before_.end()) {
      given_before_.erase(before);
      return std::nullopt;
    }
    return to_reading(parse_astm_result(record, context_.delimiters, context_.dialect), context_);
  }

  AstmFramer framer_;
  AstmContext context_;
  std::string above_, order_;  // the P and O records that results now belong to

  bool in_session_ = false;
  bool in_message_ = false;          // between H and L
  std::vector<std::byte> accepted_;  // the last frame of this session; empty: none
  std::uint8_t number_ = 0;          // its number
  bool gave_ = false;                // results came with it
  bool troubled_ = false;            // it came twice, or one after it was refused
  bool frame_before_ = false;        // contour: nothing came since a frame
  std::string pending_;              // the beginning of a record
  unsigned idle_ticks_ = 0;

  std::vector<std::size_t> given_, given_before_;  // marks of the results of this message

  std::vector<std::byte> reply_;
  std::optional<std::size_t> awaited_;
  std::uint64_t refused_ = 0, torn_records_ = 0;
};

}  // namespace

std::unique_ptr<Driver> make_astm() { return std::make_unique<AstmDriver>(AstmDialect::standard); }
std::unique_ptr<Driver> make_contour() {
  return std::make_unique<AstmDriver>(AstmDialect::contour);
}

}  // namespace vitalgate::bridge
