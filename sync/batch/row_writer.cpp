#include "sync/batch/row_writer.h"

#include <charconv>

#include "agent/core/text.h"

namespace vitalgate::sync {
namespace {

template <class Integer>
void append_number(std::string& out, Integer number) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

void append_value(std::string& out, const Row& row) {
  if (const auto* number = std::get_if<Decimal>(row.value)) {
    out.append(",\"value_num\":");
    number->append_to(out);
    out.append(",\"unit\":\"").append(config::ucum(row.unit)).append("\"");
  } else if (const auto* text = std::get_if<std::string>(row.value)) {
    out.append(",\"value_text\":");
    append_json_string(out, *text);
  } else if (const auto* truth = std::get_if<bool>(row.value)) {
    out.append(*truth ? ",\"value_bool\":true" : ",\"value_bool\":false");
  } else {
    out.append(",\"absent\":\"").append(name(std::get<Absent>(*row.value))).append("\"");
  }
}

// From `device_id` to `clock`.
void append_origin(std::string& out, const Row& row) {
  out.append("\"device_id\":\"").append(row.device).append("\"");
  if (row.metric != nullptr) {
    out.append(",\"metric\":\"").append(row.metric->name).append("\"");
    if (!row.metric->loinc.empty())
      out.append(",\"code\":\"loinc:").append(row.metric->loinc).append("\"");
    else if (!row.code.empty())  // the contract's `code` is LOINC; another system's is beside it
      append_json_string(
          out.append(row.code.starts_with("loinc:") ? ",\"code\":" : ",\"local_code\":"), row.code);
    if (row.metric->mdc != 0) {
      out.append(",\"mdc\":");
      append_number(out, row.metric->mdc);
    }
  }
  out.append(",\"observed_at\":\"");
  append_rfc3339(out, row.observed);
  out.append("\",\"received_at\":\"");
  append_rfc3339(out, row.received);
  out.append("\",\"clock\":\"").append(name(row.clock)).append("\"");
  if (row.clock == ClockWord::corrected) {
    out.append(",\"clock_offset_ms\":");
    append_number(out, row.clock_offset.count());
  }
}

void append_flags(std::string& out, FlagSet flags) {
  if (flags.empty()) return;
  out.append(",\"flags\":[");
  for (std::size_t i = 0; i < kFlagCount; ++i) {
    const auto flag = static_cast<Flag>(i);
    if (!flags.has(flag)) continue;
    if (out.back() != '[') out.push_back(',');
    out.append("\"").append(name(flag)).append("\"");
  }
  out.push_back(']');
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out.push_back('"');
  while (!text.empty()) {
    const auto c = static_cast<unsigned char>(text.front());
    const std::size_t length = c < 0x80 ? 1 : utf8_length(text);
    if (length == 0) {
      out.append("\xEF\xBF\xBD");
      text.remove_prefix(1);
      continue;
    }
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(text.front());
    } else if (c < 0x20 || c == 0x7f) {
      out.append("\\u00").append({kHex[c >> 4], kHex[c & 15]});
    } else {
      out.append(text.substr(0, length));
    }
    text.remove_prefix(length);
  }
  out.push_back('"');
}

RowWriter::RowWriter(std::string_view gateway, Lane lane, std::string_view epoch)
    : id_prefix_(std::string(gateway).append(".").append(stream_id(lane, epoch)).append(".")) {}

void RowWriter::append(std::string& out, const Row& row, Sequence sequence,
                       Sequence group_first) const {
  out.append("{\"reading_id\":\"").append(id_prefix_);
  append_fixed(out, sequence);
  out.append("\",\"seq\":");
  append_number(out, sequence);
  out.push_back(',');
  append_origin(out, row);
  if (group_first != 0) {
    out.append(",\"group\":\"").append(id_prefix_);
    append_fixed(out, group_first);
    out.push_back('"');
  }
  append_value(out, row);
  out.append(",\"quality\":\"").append(name(row.quality)).append("\"");
  append_flags(out, row.flags);
  if (!row.raw.empty()) {
    out.append(",\"raw\":\"");
    append_base64(out, row.raw);
    out.push_back('"');
  }
  out.push_back('}');
}

void append_held_content(std::string& out, const Row& row) {
  out.push_back('{');
  append_origin(out, row);
  append_value(out, row);
  out.append(",\"quality\":\"").append(name(row.quality)).append("\"");
  append_flags(out, row.flags);
  out.push_back('}');
}

}  // namespace vitalgate::sync
