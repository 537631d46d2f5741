#include "sync/batch/row_writer.h"

#include <utility>

#include "agent/core/pen.h"
#include "agent/core/text.h"

namespace vitalgate::sync {
namespace {

constexpr std::size_t kEscapedMax = 6;  // bytes that one byte of a text becomes
// Keys, fixed words, times and numbers of a row; what its length depends on comes on top.
constexpr std::size_t kFixedRoom = 512;
constexpr std::size_t kFlagRoom = 32;  // of one flag's name, with quotes and comma

void put_json_string(Pen& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out.character('"');
  while (!text.empty()) {
    const auto c = static_cast<unsigned char>(text.front());
    const std::size_t length = c < 0x80 ? 1 : utf8_length(text);
    if (length == 0) {
      out.text("\xEF\xBF\xBD");
      text.remove_prefix(1);
      continue;
    }
    if (c == '"' || c == '\\') {
      out.character('\\').character(text.front());
    } else if (c < 0x20 || c == 0x7f) {
      out.text("\\u00").character(kHex[c >> 4]).character(kHex[c & 15]);
    } else {
      out.text(text.substr(0, length));
    }
    text.remove_prefix(length);
  }
  out.character('"');
}

void put_value(Pen& out, const Row& row) {
  if (const auto* number = std::get_if<Decimal>(row.value)) {
    out.text(",\"value_num\":").move_to(number->put(out.at()));
    out.text(",\"unit\":\"").text(config::ucum(row.unit)).character('"');
  } else if (const auto* text = std::get_if<std::string>(row.value)) {
    put_json_string(out.text(",\"value_text\":"), *text);
  } else if (const auto* truth = std::get_if<bool>(row.value)) {
    out.text(*truth ? std::string_view(",\"value_bool\":true") : ",\"value_bool\":false");
  } else {
    out.text(",\"absent\":\"").text(name(std::get<Absent>(*row.value))).character('"');
  }
}

void put_metric(Pen& out, const Row& row) {
  out.text(",\"metric\":\"").text(row.metric->name).character('"');
  if (!row.metric->loinc.empty()) {
    out.text(",\"code\":\"loinc:").text(row.metric->loinc).character('"');
  } else if (!row.code.empty()) {
    // The contract's `code` is LOINC; another system's is beside it.
    const bool loinc = row.code.starts_with("loinc:");
    out.text(loinc ? std::string_view(",\"code\":") : ",\"local_code\":");
    put_json_string(out, row.code);
  }
  if (row.metric->mdc != 0) out.text(",\"mdc\":").number(row.metric->mdc);
}

// From `device_id` to `clock`.
void put_origin(Pen& out, const Row& row) {
  out.text("\"device_id\":\"").text(row.device).character('"');
  if (row.metric != nullptr) put_metric(out, row);
  out.text(",\"observed_at\":\"").move_to(put_rfc3339(out.at(), row.observed));
  out.text("\",\"received_at\":\"").move_to(put_rfc3339(out.at(), row.received));
  out.text("\",\"clock\":\"").text(name(row.clock)).character('"');
  if (row.clock == ClockWord::corrected)
    out.text(",\"clock_offset_ms\":").number(row.clock_offset.count());
}

void put_quality(Pen& out, const Row& row) {
  out.text(",\"quality\":\"").text(name(row.quality)).character('"');
  if (row.flags.empty()) return;
  out.text(",\"flags\":[");
  bool first = true;
  for (std::size_t i = 0; i < kFlagCount; ++i) {
    const auto flag = static_cast<Flag>(i);
    if (!row.flags.has(flag)) continue;
    if (!std::exchange(first, false)) out.character(',');
    out.character('"').text(name(flag)).character('"');
  }
  out.character(']');
}

// At least what a row takes without its ids.
std::size_t room_of(const Row& row) {
  std::size_t room = kFixedRoom + row.device.size() + kEscapedMax * row.code.size();
  if (row.metric != nullptr) room += row.metric->name.size() + row.metric->loinc.size();
  if (const auto* text = std::get_if<std::string>(row.value)) room += kEscapedMax * text->size();
  if (!row.flags.empty()) room += kFlagCount * kFlagRoom;
  return room + base64_length(row.raw.size());
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  Pen pen(out, 2 + kEscapedMax * text.size());
  put_json_string(pen, text);
}

RowWriter::RowWriter(std::string_view gateway, Lane lane, std::string_view epoch)
    : id_prefix_(std::string(gateway).append(".").append(stream_id(lane, epoch)).append(".")) {}

void RowWriter::append(std::string& out, const Row& row, Sequence sequence,
                       Sequence group_first) const {
  Pen pen(out, room_of(row) + 2 * id_prefix_.size());
  pen.text("{\"reading_id\":\"").text(id_prefix_).move_to(put_fixed(pen.at(), sequence));
  pen.text("\",\"seq\":").number(sequence).character(',');
  put_origin(pen, row);
  if (group_first != 0) {
    pen.text(",\"group\":\"").text(id_prefix_).move_to(put_fixed(pen.at(), group_first));
    pen.character('"');
  }
  put_value(pen, row);
  put_quality(pen, row);
  if (!row.raw.empty())
    pen.text(",\"raw\":\"").move_to(put_base64(pen.at(), row.raw)).character('"');
  pen.character('}');
}

void append_held_content(std::string& out, const Row& row) {
  Pen pen(out, room_of(row));
  pen.character('{');
  put_origin(pen, row);
  put_value(pen, row);
  put_quality(pen, row);
  pen.character('}');
}

}  // namespace vitalgate::sync
