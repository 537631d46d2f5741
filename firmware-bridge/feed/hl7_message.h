// HL7 v2 messages: segments, fields, components and escapes.
//
// HL7 v2.5.1 chapter 2: delimiters (2.5.4) are what MSH-1 and MSH-2 say, escapes are those of 2.7.
// Segments end with CR; in files also with LF or CR LF. Everything here points into the message's
// text, which must outlive it. At most limits::kMessageBytesMax bytes and
// limits::kMessageSegmentsMax segments. Pure; any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/result.h"

namespace vitalgate::bridge::hl7 {

// The piece of that number, from 1, between separators; empty when there are fewer.
std::string_view piece(std::string_view text, char separator, std::size_t number);

// Whether a field says nothing: it is empty, or the two quotes that stand for "delete".
bool says_nothing(std::string_view field);

struct Delimiters {
  char field;
  char component;
  char repetition;
  char escape;
  char subcomponent;
};

class Segment {
 public:
  Segment(std::string_view text, char separator) : text_(text), separator_(separator) {}

  [[nodiscard]] std::string_view name() const { return text_.substr(0, 3); }
  [[nodiscard]] std::string_view text() const { return text_; }
  // As the standard numbers them; empty when the segment ends before. MSH-1 is the separator.
  [[nodiscard]] std::string_view field(std::size_t number) const;

 private:
  std::string_view text_;
  char separator_;
};

// MSH: all that is needed to answer, even where the rest of the message is broken.
struct Header {
  Delimiters delimiters;
  Segment segment;

  // Malformed when `text` does not begin with an MSH segment and its delimiters.
  static Result<Header> parse(std::string_view text);

  [[nodiscard]] std::string_view component(std::string_view field, std::size_t number) const {
    return piece(field, delimiters.component, number);
  }
  // MSH-9: "ORU" and "R01".
  [[nodiscard]] std::string_view message_code() const { return component(segment.field(9), 1); }
  [[nodiscard]] std::string_view trigger() const { return component(segment.field(9), 2); }
  [[nodiscard]] std::string_view control_id() const { return segment.field(10); }
};

class Message {
 public:
  // Malformed: no header, a segment without a name, a second header, beyond the limits.
  static Result<Message> parse(std::string_view text);

  [[nodiscard]] const Header& header() const { return header_; }
  [[nodiscard]] std::span<const Segment> segments() const { return segments_; }  // MSH first

  // The text that a field or component stands for, in UTF-8: escapes undone, bytes that are no
  // UTF-8 taken as ISO 8859-1, blanks around it removed.
  [[nodiscard]] std::string text_of(std::string_view part) const;

 private:
  explicit Message(const Header& header) : header_(header) {}

  Header header_;
  std::vector<Segment> segments_;
};

}  // namespace vitalgate::bridge::hl7
