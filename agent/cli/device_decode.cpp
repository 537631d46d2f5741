// vitalgate device decode: what a value, frame or message says, and the readings it makes.
// Needs no daemon and changes nothing.
#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>

#include "agent/cli/command.h"
#include "agent/cli/decoding.h"
#include "agent/cli/output.h"
#include "agent/core/limits.h"
#include "agent/core/text.h"

namespace vitalgate::cli {
namespace {

struct Input {
  std::string bytes;
  std::optional<std::string> problem;
};

Input read_stream(std::istream& in, const std::string& name) {
  Input input;
  std::string chunk(65536, '\0');
  while (in.read(chunk.data(), static_cast<std::streamsize>(chunk.size())) || in.gcount() > 0) {
    input.bytes.append(chunk, 0, static_cast<std::size_t>(in.gcount()));
    if (input.bytes.size() > limits::kDecodeBytesMax) {
      input.problem = name + " is larger than 4 MiB";
      break;
    }
  }
  return input;
}

// Text as it is typed: \r, \n, \t, \\ and \xHH stand for one byte.
std::optional<std::string> unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out.push_back(text[i]);
      continue;
    }
    if (++i == text.size()) return std::nullopt;
    constexpr std::string_view kLetters = "rnt\\";
    constexpr std::string_view kBytes = "\r\n\t\\";
    if (const auto at = kLetters.find(text[i]); at != std::string_view::npos) {
      out.push_back(kBytes[at]);
      continue;
    }
    if (text[i] != 'x') return std::nullopt;
    const auto byte = parse_hex(text.substr(i + 1, 2));
    if (!byte || byte->size() != 1) return std::nullopt;
    out += *byte;
    i += 2;
  }
  return out;
}

Input input_of(const DecodeOptions& options) {
  const int given =
      (options.hex.empty() ? 0 : 1) + (options.file.empty() ? 0 : 1) + (options.text ? 1 : 0);
  if (given > 1) return {{}, "hex, --file and --text exclude each other"};
  if (options.text) {
    auto bytes = unescaped(*options.text);
    if (!bytes) return {{}, "the text has a backslash that is no \\r, \\n, \\t, \\\\ or \\xHH"};
    return {*std::move(bytes), {}};
  }
  if (options.file == "-") return read_stream(std::cin, "standard input");
  if (!options.file.empty()) {
    std::ifstream in(options.file, std::ios::binary);
    if (!in) return {{}, "cannot read " + options.file};
    return read_stream(in, options.file);
  }
  std::string hex;
  for (const std::string& part : options.hex) hex.append(part).append(" ");
  auto bytes = parse_hex(hex);
  if (!bytes) return {{}, "the bytes are not pairs of hexadecimal digits"};
  return {*std::move(bytes), {}};
}

std::string value_text(const Reading& reading) {
  if (const auto* number = std::get_if<Decimal>(&reading.value))
    return number->in_range() ? number->to_text() : "beyond range";
  if (const auto* text = std::get_if<std::string>(&reading.value)) return *text;
  if (const auto* truth = std::get_if<bool>(&reading.value)) return *truth ? "true" : "false";
  return "absent: " + std::string(name(std::get<Absent>(reading.value)));
}

std::string flags_text(const Reading& reading) {
  std::string out;
  for (std::size_t i = 0; i < kFlagCount; ++i) {
    const auto flag = static_cast<Flag>(i);
    if (!reading.flags.has(flag)) continue;
    if (!out.empty()) out += ", ";
    out += name(flag);
  }
  return out;
}

void print_reading(const DecodedReading& decoded) {
  const Reading& reading = *decoded.reading;
  const config::Metric* metric = config::find(reading.metric);
  const std::string code = reading.code.empty() && metric != nullptr && !metric->loinc.empty()
                               ? "loinc:" + std::string(metric->loinc)
                               : reading.code;
  const bool number = std::holds_alternative<Decimal>(reading.value);
  const std::string value = value_text(reading);
  fmt::print("  {} {} {} {} {}\n", cell(metric != nullptr ? metric->name : "unknown metric", 26),
             cell(value, std::max<std::size_t>(value.size(), 18)),
             cell(number ? config::ucum(reading.unit) : "", 8), cell(code, 14),
             name(reading.quality));
  if (reading.device_time) fmt::print("      device time {}\n", to_rfc3339(*reading.device_time));
  if (!reading.flags.empty()) fmt::print("      flags: {}\n", flags_text(reading));
  if (!decoded.held.empty()) fmt::print("      would be held back, {}\n", decoded.held);
}

void print_table(const bridge::Format& format, std::size_t size, const Decoding& decoding) {
  fmt::print("{}: {}, {} byte{}\n", format.name, format.title, size, size == 1 ? "" : "s");
  fmt::print("Fields\n");
  std::size_t width = 16;
  const auto lines = flat(*decoding.fields());
  for (const auto& [name, text] : lines)
    width = std::max(width, std::min<std::size_t>(name.size(), 40));
  for (const auto& [name, text] : lines)
    fmt::print("  {}  {}\n", cell(name, width), cell(text, text.size()));
  if (lines.empty()) fmt::print("  none\n");
  if (format.readings == nullptr) {
    fmt::print("Readings\n  none: this describes the device and measures nothing\n");
    return;
  }
  fmt::print("Readings\n");
  for (const DecodedReading& reading : decoding.readings()) print_reading(reading);
  if (!decoding.refusal().empty())
    fmt::print("  none: {}\n", decoding.refusal());
  else if (decoding.readings().empty())
    fmt::print("  none: these bytes hold no whole measurement\n");
}

void print_json(const bridge::Format& format, std::size_t size, const Decoding& decoding) {
  std::string out = "{\"schema\":\"vitalgate.decode/1\",\"format\":" + json_string(format.name) +
                    ",\"bytes\":" + std::to_string(size);
  if (decoding.fields())
    out.append(",\"fields\":").append(to_json(*decoding.fields()));
  else
    out.append(",\"error\":").append(json_string(decoding.fields().error().what));
  out += ",\"readings\":[";
  for (const DecodedReading& reading : decoding.readings()) {
    if (out.back() != '[') out.push_back(',');
    out.append("{\"accepted\":").append(reading.held.empty() ? "true" : "false");
    if (!reading.held.empty()) out.append(",\"held\":").append(json_string(reading.held));
    out.append(",\"reading\":").append(reading.accepted_row).append("}");
  }
  out.push_back(']');
  if (!decoding.refusal().empty())
    out.append(",\"refused\":").append(json_string(decoding.refusal()));
  fmt::print("{}}}\n", out);
}

}  // namespace

Exit decode_device_bytes(const Globals& globals, const DecodeOptions& options) {
  const std::string name = format_name(options.format);
  const bridge::Format* format = bridge::find_format(name);
  if (format == nullptr) {
    const std::string_view meant = nearest_format(name);
    return fail(globals, Exit::not_found,
                fmt::format("no format \"{}\".{}", name,
                            meant.empty() ? "" : fmt::format(" Did you mean \"{}\"?", meant)),
                "vitalgate device formats");
  }
  const Input input = input_of(options);
  if (input.problem)
    return fail(globals, Exit::usage, *input.problem,
                fmt::format("vitalgate device decode {} 06 4A, or --file FILE", format->name));
  const Decoding decoding(*format, std::as_bytes(std::span(input.bytes)));
  if (globals.json) {
    print_json(*format, input.bytes.size(), decoding);
    return decoding.fields() ? Exit::ok : Exit::failure;
  }
  if (!decoding.fields()) {
    const Error& error = decoding.fields().error();
    return fail(globals, Exit::failure, fmt::format("no {}: {}", format->name, error.what),
                error.hint.empty() ? "compare the bytes with the device's document, or another "
                                     "format of: vitalgate device formats"
                                   : error.hint);
  }
  print_table(*format, input.bytes.size(), decoding);
  return Exit::ok;
}

}  // namespace vitalgate::cli
