#include "firmware-bridge/feed/hl7_message.h"

#include <algorithm>
#include <array>

#include "agent/core/limits.h"
#include "agent/core/text.h"

namespace vitalgate::bridge::hl7 {
namespace {

constexpr std::string_view kHeaderName = "MSH";

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper_or_digit(char c) { return is_upper(c) || is_digit(c); }

bool can_delimit(char c) {
  return c > ' ' && c < 0x7F && !is_digit(c) && !is_upper(c) && !(c >= 'a' && c <= 'z');
}

// The segments that are in `text`, one after the other; empty ones are passed over.
class Segments {
 public:
  explicit Segments(std::string_view text)
      : rest_(text), end_(text.find('\r') == std::string_view::npos ? '\n' : '\r') {}

  std::string_view next() {
    while (!rest_.empty()) {
      const std::size_t at = std::min(rest_.find(end_), rest_.size());
      std::string_view segment = rest_.substr(0, at);
      rest_.remove_prefix(std::min(at + 1, rest_.size()));
      while (segment.starts_with('\n')) segment.remove_prefix(1);  // of CR LF
      while (segment.ends_with('\n')) segment.remove_suffix(1);
      if (!segment.empty()) return segment;
    }
    return {};
  }

 private:
  std::string_view rest_;
  char end_;
};

bool has_name(std::string_view segment, char separator) {
  return segment.size() >= 3 && is_upper(segment[0]) && is_upper_or_digit(segment[1]) &&
         is_upper_or_digit(segment[2]) && (segment.size() == 3 || segment[3] == separator);
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// \Xhh..\: bytes by their hex digits. False when they are none.
bool append_hex(std::string_view digits, std::string& out) {
  if (digits.empty() || digits.size() % 2 != 0) return false;
  if (!std::all_of(digits.begin(), digits.end(), [](char c) { return hex_digit(c) >= 0; }))
    return false;
  for (std::size_t i = 0; i < digits.size(); i += 2)
    out += static_cast<char>(hex_digit(digits[i]) << 4 | hex_digit(digits[i + 1]));
  return true;
}

// What stands between two escape characters. False when it is no escape that we know.
bool append_escape(const Delimiters& delimiters, std::string_view name, std::string& out) {
  if (name == "F") return out += delimiters.field, true;
  if (name == "S") return out += delimiters.component, true;
  if (name == "T") return out += delimiters.subcomponent, true;
  if (name == "R") return out += delimiters.repetition, true;
  if (name == "E") return out += delimiters.escape, true;
  if (name == ".br") return out += '\n', true;
  if (name == "H" || name == "N") return true;  // highlighting on and off
  return name.starts_with('X') && append_hex(name.substr(1), out);
}

bool is_utf8(std::string_view text) {
  for (std::size_t length = 0; !text.empty(); text.remove_prefix(length))
    if (length = utf8_length(text); length == 0) return false;
  return true;
}

std::string from_latin1(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xC0 | byte >> 6);
      out += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  return out;
}

Error malformed(std::string what) {
  return {Errc::malformed, std::move(what), "look at the sending system's interface settings"};
}

}  // namespace

std::string_view piece(std::string_view text, char separator, std::size_t number) {
  for (; number > 1; --number) {
    const std::size_t at = text.find(separator);
    if (at == std::string_view::npos) return {};
    text.remove_prefix(at + 1);
  }
  return text.substr(0, text.find(separator));
}

bool says_nothing(std::string_view field) {
  const std::string_view inside = trim(field);
  return inside.empty() || inside == "\"\"";
}

std::string_view Segment::field(std::size_t number) const {
  // MSH-1 is the separator itself, so MSH-2 is what stands behind the first one.
  if (name() != kHeaderName) return piece(text_, separator_, number + 1);
  return number == 1 ? text_.substr(3, 1) : piece(text_, separator_, number);
}

Result<Header> Header::parse(std::string_view text) {
  const std::string_view first = Segments(text).next();
  if (!first.starts_with(kHeaderName) || first.size() < 4 || !can_delimit(first[3]))
    return malformed("the message does not begin with an MSH segment");
  const std::string_view encoding = piece(first, first[3], 2);
  if (encoding.size() != 4 && encoding.size() != 5)
    return malformed("MSH-2 does not name the delimiters");
  const std::array used{first[3], encoding[0], encoding[1], encoding[2], encoding[3]};
  for (std::size_t i = 0; i < used.size(); ++i)
    if (!can_delimit(used[i]) || std::find(&used[i] + 1, used.end(), used[i]) != used.end())
      return malformed("MSH-2 does not name the delimiters");
  return Header{{used[0], used[1], used[2], used[3], used[4]}, Segment(first, used[0])};
}

Result<Message> Message::parse(std::string_view text) {
  if (text.size() > limits::kMessageBytesMax) return malformed("the message is too long");
  Message message(VG_TRY(Header::parse(text)));
  const char separator = message.header_.delimiters.field;
  Segments segments(text);
  for (std::string_view segment = segments.next(); !segment.empty(); segment = segments.next()) {
    const std::size_t count = message.segments_.size();
    if (count == limits::kMessageSegmentsMax) return malformed("the message has too many segments");
    if (!has_name(segment, separator))
      return malformed(
          std::string("segment ").append(std::to_string(count + 1)).append(" has no name"));
    if (count > 0 && segment.starts_with(kHeaderName))
      return malformed("a second message begins inside the first");
    message.segments_.emplace_back(segment, separator);
  }
  return message;
}

std::string Message::text_of(std::string_view part) const {
  part = trim(part);
  const Delimiters& delimiters = header_.delimiters;
  std::string out;
  while (!part.empty()) {
    const std::size_t start = part.find(delimiters.escape);
    out.append(part.substr(0, start));
    if (start == std::string_view::npos) break;
    const std::size_t end = part.find(delimiters.escape, start + 1);
    if (end == std::string_view::npos) {
      out.append(part.substr(start));
      break;
    }
    // An escape that nobody knows stays as it was sent.
    if (!append_escape(delimiters, part.substr(start + 1, end - start - 1), out))
      out.append(part.substr(start, end + 1 - start));
    part.remove_prefix(end + 1);
  }
  return is_utf8(out) ? out : from_latin1(out);
}

}  // namespace vitalgate::bridge::hl7
