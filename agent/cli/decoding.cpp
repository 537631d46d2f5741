#include "agent/cli/decoding.h"

#include <algorithm>
#include <cctype>

#include "agent/core/overload.h"
#include "agent/core/text.h"

namespace vitalgate::cli {
namespace {

constexpr std::string_view kDevice = "device";
constexpr std::string_view kBluetoothBase = "-0000-1000-8000-00805f9b34fb";

template <class List, class Write>
std::string listed(const List& list, std::string_view between, Write write) {
  std::string out = "[";
  for (const auto& one : list) {
    if (out.size() > 1) out += between;
    out += write(one);
  }
  return out + "]";
}

std::string number_text(const Decimal& number) {
  return number.in_range() ? number.to_text() : std::string("null");
}

std::string json_of(const bridge::FieldValue& value) {
  const auto whole = [](std::int64_t one) { return std::to_string(one); };
  const auto words = [](const std::vector<std::string>& one) {
    return listed(one, ",", json_string);
  };
  return std::visit(
      Overload{[](std::nullptr_t) { return std::string("null"); },
               [](bool truth) { return std::string(truth ? "true" : "false"); },
               [&](std::int64_t number) { return whole(number); },
               [](const Decimal& number) { return number_text(number); },
               [](const std::string& text) { return json_string(text); },
               [&](const std::vector<std::int64_t>& list) { return listed(list, ",", whole); },
               words,
               [&](const std::vector<std::vector<std::string>>& list) {
                 return listed(list, ",", words);
               },
               [](const std::vector<bridge::Fields>& list) { return listed(list, ",", to_json); }},
      value);
}

}  // namespace

std::string json_string(std::string_view text) {
  std::string out;
  sync::append_json_string(out, text);
  return out;
}

std::string format_name(std::string_view text) {
  std::string name(trim(text));
  const auto lower = [](unsigned char c) { return static_cast<char>(std::tolower(c)); };
  std::string small(name);
  std::transform(small.begin(), small.end(), small.begin(), lower);
  if (small.starts_with("0x")) return name.substr(2);
  if (small.size() == 36 && small.starts_with("0000") && small.ends_with(kBluetoothBase))
    return name.substr(4, 4);
  return name;
}

std::string_view nearest_format(std::string_view name) {
  std::vector<std::string_view> names;
  for (const auto formats :
       {bridge::gatt_formats(), bridge::serial_formats(), bridge::feed_formats()})
    for (const bridge::Format& format : formats) names.push_back(format.name);
  return nearest(name, names);
}

Decoding::Decoding(const bridge::Format& format, std::span<const std::byte> bytes)
    : fields_(format.describe(bytes)) {
  if (format.readings == nullptr) return;
  auto arrivals = format.readings(bytes);
  if (!arrivals) {
    refusal_ = arrivals.error().what;
    return;
  }
  arrivals_ = *std::move(arrivals);
  for (Arrival& arrival : arrivals_) {
    arrival.device = kDevice;
    arrival.received = Stamp::now();
    judge(arrival);
  }
}

void Decoding::judge(const Arrival& arrival) {
  config::Settings settings;
  settings.devices.emplace_back().id = kDevice;
  const Admission admission(settings);
  for (const Reading& reading : arrival.readings) {
    const Judgement judgement = admission.judge(admission.origin(arrival.device), arrival, reading);
    DecodedReading decoded{&reading, {}, {}};
    sync::append_held_content(decoded.accepted_row, judgement.row);
    if (!judgement.accepted())
      decoded.held = std::string(judgement.rule).append(": ").append(judgement.reason);
    readings_.push_back(std::move(decoded));
  }
}

std::string text_of(const bridge::FieldValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* list = std::get_if<std::vector<std::string>>(&value))
    return listed(*list, ", ", [](const std::string& one) { return one; });
  if (const auto* list = std::get_if<std::vector<std::int64_t>>(&value))
    return listed(*list, ", ", [](std::int64_t one) { return std::to_string(one); });
  return json_of(value);
}

std::vector<std::pair<std::string, std::string>> flat(const bridge::Fields& fields) {
  std::vector<std::pair<std::string, std::string>> lines;
  for (const bridge::Field& field : fields.members()) {
    const auto* list = std::get_if<std::vector<bridge::Fields>>(&field.value);
    if (list == nullptr) {
      lines.emplace_back(field.name, text_of(field.value));
      continue;
    }
    if (list->empty()) lines.emplace_back(field.name, "[]");
    for (std::size_t i = 0; i < list->size(); ++i) {
      const std::string prefix = field.name + "[" + std::to_string(i) + "].";
      for (auto& [name, text] : flat((*list)[i]))
        lines.emplace_back(prefix + name, std::move(text));
    }
  }
  return lines;
}

std::string to_json(const bridge::Fields& fields) {
  std::string out = "{";
  for (const bridge::Field& field : fields.members()) {
    if (out.size() > 1) out += ",";
    out += json_string(field.name) + ":" + json_of(field.value);
  }
  return out + "}";
}

}  // namespace vitalgate::cli
