// vitalgate reading tail: admitted readings as they come. Rows hold patient data: they go to
// stdout and nowhere else.
#include <fmt/format.h>

#include <csignal>
#include <cstdlib>
#include <ctime>

#include "agent/cli/connection.h"
#include "agent/cli/output.h"
#include "agent/core/clock.h"

namespace vitalgate::cli {
namespace {

using Json = nlohmann::json;

// Behind the time, 17 columns, and the device, 12.
constexpr std::size_t kWhatColumn = 31;

// Local time with offset, from the contract's UTC.
std::string local(const std::string& utc) {
  const auto wall = parse_rfc3339(utc);
  if (!wall) return utc;
  const std::time_t seconds =
      std::chrono::floor<std::chrono::seconds>(*wall).time_since_epoch().count();
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  char time[32], offset[8];
  std::strftime(time, sizeof time, "%H:%M:%S", &parts);
  std::strftime(offset, sizeof offset, "%z", &parts);
  return fmt::format("{}{}{}", time, utc.substr(19, 4), offset);
}

std::string value_of(const Json& row) {
  if (const auto absent = row.find("absent"); absent != row.end())
    return "- (" + text(row, "absent") + ")";
  if (const auto truth = row.find("value_bool"); truth != row.end()) return truth->dump();
  return text(row, "value_text");
}

// The digits as they were measured: a parsed number would lose 37.60's last one.
std::string number_text(const std::string& line) {
  constexpr std::string_view kKey = "\"value_num\":";
  const auto at = line.find(kKey);
  if (at == std::string::npos) return {};
  const auto begin = at + kKey.size();
  return line.substr(begin, line.find_first_of(",}", begin) - begin);
}

void print_row(const std::string& line) {
  const Json row = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!row.is_object()) return;
  if (row.contains("missed")) {
    fmt::print(stderr, "({} readings passed faster than they could be shown; none is lost)\n",
               number(row, "missed"));
    return;
  }
  std::string value = number_text(line);
  value = value.empty() ? value_of(row) : value + " " + text(row, "unit");
  std::string flags;
  for (const Json& flag : row.value("flags", Json::array()))
    if (flag.is_string()) flags += " " + flag.get<std::string>();
  const std::string what =
      fmt::format("{:<34} {}{}{}", text(row, "metric"), value,
                  text(row, "quality") == "good" ? "" : " " + text(row, "quality"), flags);
  fmt::print("{} {} {}\n", local(text(row, "observed_at")), cell(text(row, "device_id"), 12),
             wrapped(what, kWhatColumn));
}

}  // namespace

Exit tail_readings(const Globals& globals, const TailOptions& options) {
  Connection connection(globals,
                        {{"verb", "tail"}, {"device", options.device}, {"metric", options.metric}});
  if (const auto& failure = connection.failure())
    return fail(globals, failure->code, failure->what, failure->hint);
  std::signal(SIGINT, [](int) { std::_Exit(static_cast<int>(Exit::interrupted)); });
  std::signal(SIGPIPE, SIG_DFL);
  std::uint64_t shown = 0;
  while (const auto line = connection.line()) {
    if (globals.json)
      fmt::print("{}\n", *line);
    else
      print_row(*line);
    std::fflush(stdout);
    const bool is_row = line->find("\"reading_id\"") != std::string::npos;
    if (is_row && ++shown == options.count) return Exit::ok;
  }
  return fail(globals, Exit::unreachable, "vitalgated closed the connection", "vitalgate status");
}

}  // namespace vitalgate::cli
