#include "sync/buffer/head_text.h"

#include <array>

#include "sync/buffer/varint.h"

namespace vitalgate::sync {
namespace {

constexpr char kAsItIs = '\0', kGaps = '\1';

// Stored heads depend on them: never change one.
constexpr std::string_view kBegin = R"({"specversion":"1.0","id":")";
constexpr auto kWords = std::to_array<std::string_view>(
    {R"(","source":"urn:vitalgate:)",
     R"(","type":"io.vitalgate.readings.v1","subject":")",
     R"(","time":")",
     R"(","datacontenttype":"application/json","dataschema":"urn:vitalgate:readings:1.0",)"
     R"("partitionkey":")",
     R"(","sequence":")",
     R"(","data":{"schema_version":"1.0","gateway_id":")",
     R"(","site_id":")",
     R"(","stream_id":")",
     R"(","lane":")",
     R"(","batch_seq":)",
     R"(,"first_seq":)",
     R"(,"last_seq":)",
     R"(,"count":)",
     R"(,"dropped":[)",
     R"(],"sealed_at":")",
     R"(","low_watermark":")",
     R"(","backfill":)",
     R"(,"agent_version":")",
     R"(","config_version":)",
     R"(,"readings_sha256":")",
     R"(","readings":[)"});

// Appends what stands between the words; false when `head` has others.
bool append_gaps(std::string& out, std::string_view head) {
  if (!head.starts_with(kBegin)) return false;
  head.remove_prefix(kBegin.size());
  for (const std::string_view words : kWords) {
    const std::size_t length = head.find(words);
    if (length == std::string_view::npos) return false;
    put_varint(out, length);
    out.append(head.substr(0, length));
    head.remove_prefix(length + words.size());
  }
  return head.empty();
}

}  // namespace

void shorten_head(std::string_view head, std::string& out) {
  out.assign(1, kGaps);
  if (!append_gaps(out, head)) out.assign(1, kAsItIs).append(head);
}

Result<std::string> restore_head(std::string_view stored) {
  if (stored.starts_with(kAsItIs)) return std::string(stored.substr(1));
  if (!stored.starts_with(kGaps)) return std::string(stored);
  const Error wrong{Errc::corrupt, "a stored batch does not hold its head", ""};
  stored.remove_prefix(1);
  std::string head(kBegin);
  for (const std::string_view words : kWords) {
    const auto length = take_varint(stored);
    if (!length || *length > stored.size()) return wrong;
    head.append(stored.substr(0, *length)).append(words);
    stored.remove_prefix(*length);
  }
  if (!stored.empty()) return wrong;
  return head;
}

}  // namespace vitalgate::sync
