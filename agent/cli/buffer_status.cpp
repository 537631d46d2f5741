// vitalgate buffer status: what is stored, what waits, for whom, and since when.
#include <fmt/format.h>

#include "agent/cli/connection.h"
#include "agent/cli/output.h"

namespace vitalgate::cli {
namespace {

using Json = nlohmann::json;

void print(const Json& buffer, const Json& destinations) {
  const std::uint64_t waiting = number(buffer, "waiting");
  fmt::print("{:<12} {:>14} {:>10}   {}\n", "STATE", "READINGS", "SIZE", "OLDEST");
  fmt::print("{:<12} {:>14} {:>10}   {}\n", "waiting", count(waiting),
             size(number(buffer, "waiting_bytes")),
             waiting > 0 ? age(buffer.value("oldest_waiting_s", Json())) : "-");
  fmt::print("{:<12} {:>14}\n", "stored", count(number(buffer, "stored")));
  fmt::print("{:<12} {:>14}\n", "quarantine", count(number(buffer, "quarantined")));
  fmt::print("{:<12} {:>14}\n", "dropped", count(number(buffer, "dropped")));
  for (const Json& stream : buffer.value("streams", Json::array()))
    fmt::print("Stream {}: next reading {}, next batch {}\n", text(stream, "stream_id"),
               count(number(stream, "next_seq")), count(number(stream, "next_batch")));
  for (const Json& destination : destinations)
    fmt::print("Destination {}: {} batches waiting ({} in flight), {} sent again, last ack {}\n",
               text(destination, "name"), count(number(destination, "waiting")),
               number(destination, "in_flight"), count(number(destination, "repeated")),
               age(destination.value("last_confirmed_s", Json())));
  const std::string storage = text(buffer, "storage");
  if (storage != "ok") fmt::print("Storage: {}\nTry: {}\n", storage, text(buffer, "hint"));
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
