#include "sync/batch/envelope.h"

#include "sync/batch/digest.h"

namespace vitalgate::sync {
namespace {

class ObjectText {
 public:
  explicit ObjectText(std::string& out) : out_(out) {}

  // Values here are ids, our own words and times: nothing that needs escaping.
  void text(std::string_view key, std::string_view value) {
    begin(key);
    out_.append("\"").append(value).append("\"");
  }
  void number(std::string_view key, std::uint64_t value) {
    begin(key);
    out_.append(std::to_string(value));
  }
  void literal(std::string_view key, std::string_view value) {
    begin(key);
    out_.append(value);
  }

 private:
  void begin(std::string_view key) {
    if (out_.back() != '{') out_.push_back(',');
    out_.append("\"").append(key).append("\":");
  }
  std::string& out_;
};

}  // namespace

std::string event_id(std::string_view gateway, std::string_view epoch, BatchKey key) {
  std::string id(gateway);
  id.append(".").append(stream_id(key.lane, epoch)).append(".b");
  append_fixed(id, key.number);
  return id;
}

std::string envelope_head(const Envelope& envelope, std::string_view rows) {
  const std::string stream = stream_id(envelope.key.lane, envelope.epoch);
  const std::string sealed = to_rfc3339(envelope.sealed);
  std::string sequence;
  append_fixed(sequence, envelope.key.number);

  std::string out = "{";
  out.reserve(1024);
  ObjectText event(out);
  event.text("specversion", "1.0");
  event.text("id", event_id(envelope.gateway, envelope.epoch, envelope.key));
  event.text("source", std::string("urn:vitalgate:").append(envelope.gateway));
  event.text("type", "io.vitalgate.readings.v1");
  event.text("subject", stream);
  event.text("time", sealed);
  event.text("datacontenttype", "application/json");
  event.text("dataschema", "urn:vitalgate:readings:1.0");
  event.text("partitionkey", envelope.gateway);
  event.text("sequence", sequence);
  event.literal("data", "{");
  ObjectText data(out);
  data.text("schema_version", "1.0");
  data.text("gateway_id", envelope.gateway);
  data.text("site_id", envelope.site);
  data.text("stream_id", stream);
  data.text("lane", name(envelope.key.lane));
  data.number("batch_seq", envelope.key.number);
  data.number("first_seq", envelope.first);
  data.number("last_seq", envelope.last);
  if (envelope.dropped_because.empty()) {
    data.number("count", envelope.last - envelope.first + 1);
    data.literal("dropped", "[]");
  } else {
    data.number("count", 0);
    data.literal("dropped", "[{");
    ObjectText dropped(out);
    dropped.number("first_seq", envelope.first);
    dropped.number("last_seq", envelope.last);
    dropped.text("reason", envelope.dropped_because);
    out.append("}]");
  }
  data.text("sealed_at", sealed);
  data.text("low_watermark", to_rfc3339(envelope.low_watermark));
  data.literal("backfill", envelope.backfill ? "true" : "false");
  data.text("agent_version", envelope.agent_version);
  data.number("config_version", envelope.config_version);
  data.text("readings_sha256", sha256_hex(rows));
  data.literal("readings", "[");
  return out;
}

}  // namespace vitalgate::sync
