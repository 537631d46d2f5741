// vitalgate status: one screen. Overall word, hub, buffer, devices; most urgent hint last.
#include <fmt/format.h>

#include "agent/cli/connection.h"
#include "agent/cli/output.h"

namespace vitalgate::cli {
namespace {

using Json = nlohmann::json;

Tone tone_of(std::string_view state) {
  if (state == "ok" || state == "connected") return Tone::good;
  return state == "failing" || state == "down" || state == "paused" ? Tone::bad : Tone::warn;
}

std::string upper(std::string word) {
  for (char& c : word)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return word;
}

// A label, a word, and what follows it wrapped below itself.
void print_line(const Globals& globals, std::string_view label, std::string_view state,
                const std::string& rest) {
  fmt::print("{:<9} {}{} {}\n", label, painted(globals, state, tone_of(state)),
             std::string(state.size() < 10 ? 10 - state.size() : 0, ' '), wrapped(rest, 21));
}

void print_header(const Globals& globals, const Json& status) {
  const std::string site = text(status, "site_id");
  const std::string right = fmt::format("vitalgate {}   up {}", text(status, "version"),
                                        age(status.value("uptime_s", Json(0))));
  const std::string left = text(status, "gateway_id") + (site.empty() ? "" : "  " + site);
  const std::size_t gap = left.size() + right.size() < 78 ? 80 - left.size() - right.size() : 2;
  fmt::print("{}{}{}\n", left, std::string(gap, ' '), right);
  const std::string state = text(status, "state");
  fmt::print("{}{} {}\n", painted(globals, upper(state), tone_of(state)),
             std::string(state.size() < 10 ? 10 - state.size() : 0, ' '),
             wrapped(text(status, "reason"), 11));
}

// "  8,412 readings wait, 3 m at 46/s" once that is more than what is on its way.
std::string backlog(const Json& destination) {
  const std::uint64_t readings = number(destination, "waiting_readings");
  if (readings == 0 || number(destination, "waiting") <= number(destination, "in_flight"))
    return "";
  std::string words = fmt::format("  {} readings wait", count(readings));
  if (const Json drain = destination.value("drain_s", Json()); drain.is_number())
    words += fmt::format(", {} at {:.0f}/s", age(drain), destination.value("per_second", 0.0));
  return words;
}

void print_destination(const Globals& globals, const Json& destination) {
  const std::string state = text(destination, "state");
  std::string rest = text(destination, "detail");
  if (state == "connected" && text(destination, "hint").empty())
    rest += fmt::format("  last ack {}  {} in flight",
                        age(destination.value("last_confirmed_s", Json())),
                        number(destination, "in_flight"));
  if (const Json next = destination.value("next_attempt_s", Json()); next.is_number())
    rest += fmt::format("  next attempt in {}", age(next));
  rest += backlog(destination);
  if (const std::uint64_t parts = number(destination, "bisected"); parts > 0)
    rest += fmt::format("  {} refused in parts", parts);
  if (text(destination, "role") == "best-effort")
    rest += fmt::format("  best-effort, {} missed", count(number(destination, "missed")));
  constexpr int kSoon = 30;
  if (const Json days = destination.value("certificate_days", Json());
      days.is_number() && days.get<int>() <= kSoon)
    rest += days.get<int>() < 0 ? std::string("  certificate expired")
                                : fmt::format("  certificate: {} days left", days.get<int>());
  print_line(globals, cell(text(destination, "name"), 9), state, rest);
}

void print_buffer(const Globals& globals, const Json& buffer) {
  const std::string storage = text(buffer, "storage");
  const std::uint64_t waiting = number(buffer, "waiting");
  std::string rest =
      fmt::format("{} waiting ({})", count(waiting), size(number(buffer, "waiting_bytes")));
  if (waiting > 0)
    rest += fmt::format("  oldest {}", age(buffer.value("oldest_waiting_s", Json())));
  rest += fmt::format("  quarantine {}  dropped {}", count(number(buffer, "quarantined")),
                      count(number(buffer, "dropped")));
  if (const auto fits = room(buffer)) rest += "  " + *fits;
  if (storage != "ok") rest = storage + "  " + rest;
  const bool full = !buffer.value("full_lanes", Json::array()).empty();
  print_line(globals, "Buffer", storage != "ok" ? "failing" : full ? "full" : "ok", rest);
}

void print_devices(const Globals& globals, const Json& devices) {
  if (devices.empty()) return;
  fmt::print("{:<16} {:<12} {:<10} {:>8} {:>9}  {}\n", "DEVICE", "DRIVER", "LAST", "PER MIN",
             "HELD BACK", "STATE");
  for (const Json& device : devices) {
    const std::string state = text(device, "state");
    fmt::print("{} {} {} {:>8} {:>9}  {}\n", cell(text(device, "id"), 16),
               cell(text(device, "driver"), 12), cell(age(device.value("last_s", Json())), 10),
               count(number(device, "per_minute")), count(number(device, "quarantined")),
               painted(globals, state == "connected" ? "ok" : upper(state), tone_of(state)));
    if (state != "connected") fmt::print("  {}\n", wrapped(text(device, "detail"), 2));
  }
}

void print_hints(const Json& status) {
  const auto print = [](const Json& object) {
    const std::string hint = text(object, "hint");
    if (!hint.empty()) fmt::print("Try: {}\n", wrapped(hint, 5));
  };
  for (const Json& device : status.value("devices", Json::array())) print(device);
  for (const Json& destination : status.value("destinations", Json::array())) print(destination);
  print(status.value("buffer", Json::object()));
}

}  // namespace

Exit show_status(const Globals& globals) {
  const Connection connection(globals, {{"verb", "status"}});
  if (const auto& failure = connection.failure())
    return fail(globals, failure->code, failure->what, failure->hint);
  const Json& status = connection.body();
  if (globals.json) {
    fmt::print("{}\n", status.dump());
    return Exit::ok;
  }
  print_header(globals, status);
  for (const Json& destination : status.value("destinations", Json::array()))
    print_destination(globals, destination);
  print_buffer(globals, status.value("buffer", Json::object()));
  print_devices(globals, status.value("devices", Json::array()));
  print_hints(status);
  return Exit::ok;
}

}  // namespace vitalgate::cli
