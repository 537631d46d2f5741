// LineDriver: what the drivers of devices that print text lines have in common.
//
// Lines end with CR, LF or both; empty ones are passed over. A line that is longer than the
// driver's bound is a bad frame, its rest is skipped. Each line that carries something becomes one
// Arrival whose bytes are the line without its end.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "firmware-bridge/serial/driver.h"

namespace vitalgate::bridge {

class LineDriver : public Driver {
 public:
  void feed(std::span<const std::byte> bytes, Stamp received, std::vector<Arrival>& out) override;
  [[nodiscard]] SourceCounts counts() const override { return counts_; }
  void reset() override;

 protected:
  enum class Line : std::uint8_t {
    frame,    // understood; without readings there is no Arrival
    skipped,  // a heading, a line of another kind: nothing is wrong
    bad,      // should have been a frame
  };

  // `bytes_max`: limits::kFrameBytesMax at most.
  explicit LineDriver(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // Appends the readings of `line`; RawSpans count from its start.
  virtual Line take(std::string_view line, std::vector<Reading>& out) = 0;

 private:
  void finish(Stamp received, std::vector<Arrival>& out);
  void drop_line();

  const std::size_t bytes_max_;
  std::string line_;
  bool too_long_ = false;  // skipping to the end of a line
  SourceCounts counts_;
};

// Printable ASCII and tabs.
bool is_printable(std::string_view text);

// `text` without a CR and LF behind it: a line as the formats take it.
std::string_view without_line_end(std::string_view text);

// The span of `part` inside `whole`, which it is a part of; empty when it is too long for `raw`.
RawSpan span_in(std::string_view whole, std::string_view part);

// The bytes as text.
std::string_view text_of(std::span<const std::byte> bytes);

}  // namespace vitalgate::bridge
