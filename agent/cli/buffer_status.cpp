// vitalgate buffer status: what is stored, what waits, for whom, and since when.
#include <fmt/format.h>

#include "agent/cli/connection.h"
#include "agent/cli/output.h"

namespace vitalgate::cli {
namespace {

using Json = nlohmann::json;

void print_counts(const Json& buffer) {
  const std::uint64_t waiting = number(buffer, "waiting");
  fmt::print("{:<12} {:>14} {:>10}   {}\n", "STATE", "READINGS", "SIZE", "OLDEST");
  fmt::print("{:<12} {:>14} {:>10}   {}\n", "waiting", count(waiting),
             size(number(buffer, "waiting_bytes")),
             waiting > 0 ? age(buffer.value("oldest_waiting_s", Json())) : "-");
  fmt::print("{:<12} {:>14}\n", "stored", count(number(buffer, "stored")));
  fmt::print("{:<12} {:>14}\n", "quarantine", count(number(buffer, "quarantined")));
  fmt::print("{:<12} {:>14}\n", "dropped", count(number(buffer, "dropped")));
}

void print_space(const Json& buffer) {
  const std::uint64_t quota = number(buffer, "quota_bytes");
  const double used = quota == 0 ? 0
                                 : 100 * static_cast<double>(number(buffer, "used_bytes")) /
                                       static_cast<double>(quota);
  const std::string space =
      fmt::format("{:.1f} % of {} used, {}; {} free on the disk", used, size(quota),
                  room(buffer).value_or("too new to say for how long"),
                  size(number(buffer, "free_on_disk_bytes")));
  fmt::print("Space: {}\n", wrapped(space, 7));
  if (const auto flag = buffer.find("ballast_out"); flag != buffer.end() && *flag == true)
    fmt::print("The reserve for a full disk is in use: make room on the disk\n");
  if (const auto each = buffer.find("written_per_reading");
      each != buffer.end() && each->is_number())
    fmt::print("Written: {:.0f} bytes a reading, {} since the start\n", each->get<double>(),
               size(number(buffer, "written_bytes")));
}

void print_key(const Json& key) {
  const bool software = key.value("software", Json(true)) == true;
  const std::string recovery = text(key, "recovery");
  fmt::print("Key: {} ({}), recovery key {}\n", text(key, "fingerprint"),
             software ? "in a file: a software key" : "a systemd credential",
             recovery.empty() ? "not enrolled" : recovery);
}

void print_losses(const Json& buffer) {
  const Json losses = buffer.value("losses", Json::array());
  for (const Json& loss : losses)
    fmt::print("Lost: {} {} to {} ({})\n", text(loss, "stream_id"),
               count(number(loss, "first_seq")), count(number(loss, "last_seq")),
               text(loss, "reason"));
  const std::uint64_t ranges = number(buffer, "loss_ranges");
  if (ranges > losses.size())
    fmt::print("Lost: {} more ranges; all are declared to the hub and in the log\n",
               count(ranges - losses.size()));
}

void print_trouble(const Json& buffer) {
  for (const Json& lane : buffer.value("full_lanes", Json::array()))
    fmt::print("Full: the lane {} has used its quota; its devices are told to wait\n",
               lane.is_string() ? lane.get<std::string>() : "");
  const std::string storage = text(buffer, "storage"), hint = text(buffer, "hint");
  if (storage != "ok") fmt::print("Storage: {}\n", wrapped(storage, 9));
  if (!hint.empty()) fmt::print("Try: {}\n", wrapped(hint, 5));
}

void print_destination(const Json& destination) {
  const bool more = destination.value("more_waiting", Json(false)) == true;
  const std::string line = fmt::format(
      "Destination {}: {} readings in {}{} batches wait ({} in flight), {} sent again, last ack {}",
      text(destination, "name"), count(number(destination, "waiting_readings")),
      more ? "over " : "", count(number(destination, "waiting")), number(destination, "in_flight"),
      count(number(destination, "repeated")), age(destination.value("last_confirmed_s", Json())));
  fmt::print("{}\n", wrapped(line, 2));
}

void print(const Json& buffer, const Json& destinations) {
  print_counts(buffer);
  print_space(buffer);
  print_key(buffer.value("key", Json::object()));
  for (const Json& stream : buffer.value("streams", Json::array()))
    fmt::print("Stream {}: next reading {}, next batch {}\n", text(stream, "stream_id"),
               count(number(stream, "next_seq")), count(number(stream, "next_batch")));
  for (const Json& destination : destinations) print_destination(destination);
  print_losses(buffer);
  print_trouble(buffer);
}

}  // namespace

Exit show_buffer_status(const Globals& globals) {
  const Connection connection(globals, {{"verb", "status"}});
  if (const auto& failure = connection.failure())
    return fail(globals, failure->code, failure->what, failure->hint);
  const Json& status = connection.body();
  Json buffer = status.value("buffer", Json::object());
  const Json destinations = status.value("destinations", Json::array());
  if (globals.json) {
    buffer["schema"] = "vitalgate.buffer/1";
    buffer["destinations"] = destinations;
    fmt::print("{}\n", buffer.dump());
  } else {
    print(buffer, destinations);
  }
  return Exit::ok;
}

}  // namespace vitalgate::cli
