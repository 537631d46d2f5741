// ASTM frames, records and sessions, field by field.
#include <utility>

#include "agent/core/text.h"
#include "firmware-bridge/serial/astm_frame.h"
#include "firmware-bridge/serial/astm_record.h"
#include "firmware-bridge/serial/describe.h"
#include "firmware-bridge/serial/line_driver.h"

namespace vitalgate::bridge {
namespace {

constexpr std::byte kStx{0x02};

// A record as the text of its fields and components.
class Record {
 public:
  Record(std::string_view text, const AstmDelimiters& delimiters)
      : text_(text), delimiters_(delimiters) {}

  [[nodiscard]] char type() const { return text_.front(); }

  [[nodiscard]] std::string_view field(std::size_t number) const {
    return trim(field_of(text_, number, delimiters_));
  }
  [[nodiscard]] std::string part(std::size_t field_number, std::size_t component) const {
    return unescaped(trim(component_of(field(field_number), component, delimiters_)), delimiters_);
  }

  // Adds the field, or a component of it, when it says something.
  void add(Fields& fields, std::string_view name, std::size_t number,
           std::size_t component = 1) const {
    if (std::string text = part(number, component); !text.empty())
      fields.add(name, std::move(text));
  }
  void add_number(Fields& fields, std::string_view name, std::size_t number) const {
    const auto parsed = Decimal::parse(field(number));
    if (parsed && parsed->exponent == 0) fields.add(name, parsed->mantissa);
  }
  void add_time(Fields& fields, std::string_view name, std::string_view text) const {
    if (text.empty()) return;
    const auto time = parse_astm_time(text);
    if (!time)
      fields.add(name, nullptr);
    else
      fields.add(name,
                 time->has_time_of_day ? iso_text(time->time) : iso_text(time->time).substr(0, 10));
  }

  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] const AstmDelimiters& delimiters() const { return delimiters_; }

 private:
  std::string_view text_;
  AstmDelimiters delimiters_;
};

void add_text(Fields& fields, std::string_view name, std::string text) {
  if (text.empty())
    fields.add(name, nullptr);
  else
    fields.add(name, std::move(text));
}

void add_result(Fields& fields, const Record& record, AstmDialect dialect) {
  AstmResult result = parse_astm_result(record.text(), record.delimiters(), dialect);
  add_text(fields, "code", std::move(result.code));
  if (!result.name.empty()) fields.add("name", std::move(result.name));
  if (!result.comparator.empty()) fields.add("comparator", std::move(result.comparator));
  if (result.number)
    fields.add("value", *result.number);
  else
    add_text(fields, "value", std::move(result.value));
  add_text(fields, "unit", std::move(result.unit));
  if (!result.reference.empty()) fields.add("reference", std::move(result.reference));
  if (!result.flags.empty()) fields.add("flags", std::move(result.flags));
  if (!result.status.empty()) fields.add("status", std::move(result.status));
  record.add_time(fields, "completed", result.completed);
}

void add_header(Fields& fields, const Record& record) {
  record.add(fields, "sender", 5);
  record.add(fields, "sender_version", 5, 2);
  record.add(fields, "processing_id", 12);
  record.add(fields, "version", 13);
  record.add_time(fields, "timestamp", record.field(14));
}

void add_patient(Fields& fields, const Record& record) {
  record.add(fields, "practice_id", 3);
  record.add(fields, "laboratory_id", 4);
  record.add(fields, "family", 6);
  record.add(fields, "given", 6, 2);
  record.add_time(fields, "birth_date", record.field(8));
  record.add(fields, "sex", 9);
}

// "U" of "A=1^U=0^V=10600".
std::string setting(const Record& record, std::string_view key) {
  for (std::size_t i = 1; i <= 32; ++i) {
    const std::string text = record.part(6, i);
    if (text.starts_with(key) && text.size() > key.size() && text[key.size()] == '=')
      return text.substr(key.size() + 1);
  }
  return {};
}

void add_contour_header(Fields& fields, const Record& record) {
  record.add(fields, "product", 5);
  const std::string versions = record.part(5, 2);
  // Repeats inside the field: digital, analogue and AGP version.
  if (!versions.empty()) fields.add("device_version", versions);
  const std::string_view all = record.field(5);
  std::vector<std::string_view> parts;
  AstmDelimiters by_component = record.delimiters();
  by_component.field = by_component.component;
  parts = fields_of(all, by_component);
  if (parts.size() > 2 && !parts[2].empty()) fields.add("serial", parts[2]);
  if (parts.size() > 3 && !parts[3].empty()) fields.add("sku", parts[3]);
  if (const std::string unit = setting(record, "U"); unit == "0" || unit == "1")
    fields.add("unit", unit == "0" ? "mg/dL" : "mmol/L");
  if (const std::string range = setting(record, "V"); range.size() == 5) {
    fields.add("range_low", Decimal::parse(range.substr(0, 2)).value_or(Decimal{}));
    fields.add("range_high", Decimal::parse(range.substr(2)).value_or(Decimal{}));
  }
  record.add_number(fields, "result_count", 7);
  record.add_time(fields, "device_time", record.field(14));
}

void add_record(Fields& fields, const Record& record, AstmDialect dialect) {
  const bool contour = dialect == AstmDialect::contour;
  fields.add("type", std::string(1, record.type()));
  switch (record.type()) {
    case 'H':
      if (contour) return add_contour_header(fields, record);
      return add_header(fields, record);
    case 'P':
      record.add_number(fields, "sequence", 2);
      return add_patient(fields, record);
    case 'R':
      record.add_number(fields, "sequence", 2);
      return add_result(fields, record, dialect);
    case 'O':
      record.add_number(fields, "sequence", 2);
      record.add(fields, "specimen", 3);
      record.add(fields, "code", 5, 4);
      return record.add(fields, "specimen_descriptor", 16);
    case 'L':
      record.add_number(fields, "sequence", 2);
      return record.add(fields, "code", 3);
    default:
      return record.add_number(fields, "sequence", 2);
  }
}

std::vector<std::string> plain_fields(std::string_view record, const AstmDelimiters& delimiters) {
  std::vector<std::string> texts;
  for (const std::string_view field : fields_of(record, delimiters)) texts.emplace_back(field);
  return texts;
}

}  // namespace

Result<Fields> describe_astm_frame(std::span<const std::byte> bytes) {
  Fields fields;
  const auto frame = parse_astm_frame(bytes);
  fields.add("valid", static_cast<bool>(frame));
  if (!frame) {
    fields.add("error", frame.error().what);
    return fields;
  }
  fields.add("frame_number", frame->number).add("last", frame->last);
  std::vector<std::vector<std::string>> records;
  for (const std::string_view record : records_of(frame->text))
    records.push_back(plain_fields(record, delimiters_of(record)));
  fields.add("records", std::move(records));
  return fields;
}

Result<Fields> describe_astm_session(std::span<const std::byte> bytes) {
  AstmFramer framer;
  bool broken = false;
  std::vector<std::int64_t> numbers;
  std::string text;
  for (const std::byte byte : bytes) {
    const auto event = framer.push(byte);
    broken = broken || event == AstmFramer::Event::broken;
    if (event != AstmFramer::Event::frame) continue;
    const AstmFrame frame = *parse_astm_frame(framer.frame());
    broken = broken || (!numbers.empty() && frame.number != (numbers.back() + 1) % 8);
    numbers.push_back(frame.number);
    text += frame.text;
    if (frame.last) text += '\r';
  }
  framer.reset();
  if (numbers.empty()) return Error{Errc::malformed, "no whole frame", {}};

  AstmDelimiters delimiters;
  std::vector<std::vector<std::string>> records;
  std::vector<Fields> results;
  for (const std::string_view record : records_of(text)) {
    if (record.front() == 'H') delimiters = delimiters_of(record);
    records.push_back(plain_fields(record, delimiters));
    if (record.front() != 'R') continue;
    add_result(results.emplace_back(), Record(record, delimiters), AstmDialect::standard);
  }
  Fields fields;
  fields.add("valid", !broken && framer.counts().bad_frames == 0);
  fields.add("frame_numbers", std::move(numbers)).add("records", std::move(records));
  fields.add("results", std::move(results));
  return fields;
}

Result<Fields> describe_astm_record(std::span<const std::byte> bytes) {
  const std::string_view text = trim(text_of(bytes));
  if (text.empty() || text.find('\r') != std::string_view::npos)
    return Error{Errc::malformed, "not one record", {}};
  const AstmDelimiters delimiters = delimiters_of(text);
  Fields fields;
  add_record(fields, Record(text, delimiters), AstmDialect::standard);
  const auto all = fields_of(text, delimiters);
  fields.add("fields", all.size());
  for (std::size_t i = 1; i < all.size(); ++i)
    if (!all[i].empty()) fields.add("field_" + std::to_string(i + 1), all[i]);
  return fields;
}

Result<Fields> describe_contour(std::span<const std::byte> bytes) {
  AstmFramer framer;
  Fields fields;
  for (const std::byte byte : bytes) {
    if (framer.push(byte) != AstmFramer::Event::frame) continue;
    const AstmFrame frame = *parse_astm_frame(framer.frame());
    fields.add("valid", true).add("frame_number", frame.number).add("last", frame.last);
    const auto records = records_of(frame.text);
    if (!records.empty())
      add_record(fields, Record(records.front(), delimiters_of(records.front())),
                 AstmDialect::contour);
    return fields;
  }
  for (const std::byte byte : bytes)
    if (byte == kStx) {
      fields.add("valid", false);
      return fields;
    }
  return Error{Errc::malformed, "no frame", {}};
}

}  // namespace vitalgate::bridge
