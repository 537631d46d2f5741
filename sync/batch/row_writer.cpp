#include "sync/batch/row_writer.h"

#include "agent/core/pen.h"
#include "agent/core/text.h"

namespace vitalgate::sync {
namespace {

using namespace std::string_view_literals;

// More than the names of a row's members and all that has a fixed length.
constexpr std::size_t kFixedRoom = 512;
constexpr std::size_t kFlagRoom = 40;   // more than any flag's name takes
constexpr std::size_t kEscapeRoom = 6;  // "\u001f": the most that one byte of a text becomes

void put_json_string(Pen& pen, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  pen.character('"');
  while (!text.empty()) {
    const auto c = static_cast<unsigned char>(text.front());
    const std::size_t length = c < 0x80 ? 1 : utf8_length(text);
    if (length == 0) {
      pen.text("\xEF\xBF\xBD"sv);
      text.remove_prefix(1);
      continue;
    }
    if (c == '"' || c == '\\')
      pen.character('\\').character(text.front());
    else if (c < 0x20 || c == 0x7f)
      pen.text("\\u00"sv).character(kHex[c >> 4]).character(kHex[c & 15]);
    else
      pen.text(text.substr(0, length));
    text.remove_prefix(length);
  }
  pen.character('"');
}

void put_value(Pen& pen, const Row& row) {
  if (const auto* number = std::get_if<Decimal>(row.value)) {
    pen.text(",\"value_num\":"sv);
    pen.move_to(number->put(pen.at()));
    pen.text(",\"unit\":\""sv).text(config::ucum(row.unit)).character('"');
  } else if (const auto* text = std::get_if<std::string>(row.value)) {
    put_json_string(pen.text(",\"value_text\":"sv), *text);
  } else if (const auto* truth = std::get_if<bool>(row.value)) {
    pen.text(*truth ? ",\"value_bool\":true"sv : ",\"value_bool\":false"sv);
  } else {
    const std::string_view why = name(std::get<Absent>(*row.value));
    pen.text(",\"absent\":\""sv).text(why).character('"');
  }
}

// From `device_id` to `clock`.
void put_origin(Pen& pen, const Row& row) {
  pen.text("\"device_id\":\""sv).text(row.device).character('"');
  if (row.metric != nullptr) {
    pen.text(",\"metric\":\""sv).text(row.metric->name).character('"');
    if (!row.metric->loinc.empty())
      pen.text(",\"code\":\"loinc:"sv).text(row.metric->loinc).character('"');
    else if (!row.code.empty())  // the contract's `code` is LOINC; another system's is beside it
      put_json_string(
          pen.text(row.code.starts_with("loinc:"sv) ? ",\"code\":"sv : ",\"local_code\":"sv),
          row.code);
    if (row.metric->mdc != 0) pen.text(",\"mdc\":"sv).number(row.metric->mdc);
  }
  pen.text(",\"observed_at\":\""sv);
  pen.move_to(put_rfc3339(pen.at(), row.observed));
  pen.text("\",\"received_at\":\""sv);
  pen.move_to(put_rfc3339(pen.at(), row.received));
  pen.text("\",\"clock\":\""sv).text(name(row.clock)).character('"');
  if (row.clock == ClockWord::corrected)
    pen.text(",\"clock_offset_ms\":"sv).number(row.clock_offset.count());
}

void put_flags(Pen& pen, FlagSet flags) {
  if (flags.empty()) return;
  pen.text(",\"flags\":"sv);
  char before = '[';
  for (std::size_t i = 0; i < kFlagCount; ++i) {
    const auto flag = static_cast<Flag>(i);
    if (!flags.has(flag)) continue;
    pen.character(before).character('"').text(name(flag)).character('"');
    before = ',';
  }
  pen.character(']');
}

// At least what the row takes, its ids apart.
std::size_t room_for(const Row& row) {
  std::size_t room = kFixedRoom + row.device.size() + row.code.size() * kEscapeRoom;
  if (row.metric != nullptr) room += row.metric->name.size() + row.metric->loinc.size();
  if (const auto* text = std::get_if<std::string>(row.value)) room += text->size() * kEscapeRoom;
  if (!row.flags.empty()) room += kFlagCount * kFlagRoom;
  return room + row.raw.size() * 2;
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  Pen pen(out, text.size() * kEscapeRoom + 2);
  put_json_string(pen, text);
}

RowWriter::RowWriter(std::string_view gateway, Lane lane, std::string_view epoch)
    : id_prefix_(std::string(gateway).append(".").append(stream_id(lane, epoch)).append(".")) {}

void RowWriter::append(std::string& out, const Row& row, Sequence sequence,
                       Sequence group_first) const {
  Pen pen(out, room_for(row) + 2 * id_prefix_.size());
  pen.text("{\"reading_id\":\""sv).text(id_prefix_);
  pen.move_to(put_fixed(pen.at(), sequence));
  pen.text("\",\"seq\":"sv).number(sequence).character(',');
  put_origin(pen, row);
  if (group_first != 0) {
    pen.text(",\"group\":\""sv).text(id_prefix_);
    pen.move_to(put_fixed(pen.at(), group_first));
    pen.character('"');
  }
  put_value(pen, row);
  pen.text(",\"quality\":\""sv).text(name(row.quality)).character('"');
  put_flags(pen, row.flags);
  if (!row.raw.empty()) {
    std::string raw;
    append_base64(raw, row.raw);
    pen.text(",\"raw\":\""sv).text(raw).character('"');
  }
  pen.character('}');
}

void append_held_content(std::string& out, const Row& row) {
  Pen pen(out, room_for(row));
  pen.character('{');
  put_origin(pen, row);
  put_value(pen, row);
  pen.text(",\"quality\":\""sv).text(name(row.quality)).character('"');
  put_flags(pen, row.flags);
  pen.character('}');
}

}  // namespace vitalgate::sync
