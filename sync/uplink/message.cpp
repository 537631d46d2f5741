#include "sync/uplink/message.h"

#include <algorithm>

#include "sync/batch/envelope.h"

namespace vitalgate::sync {

void write_event(const BatchBody& body, std::string& out) {
  std::size_t size = body.head.size() + body.segments.size() + kEnvelopeTail.size();
  for (const std::string& segment : body.segments) size += segment.size();
  out.clear();
  out.reserve(size);
  out.append(body.head);
  for (std::size_t i = 0; i < body.segments.size(); ++i) {
    if (i > 0) out.push_back(',');
    out.append(body.segments[i]);
  }
  out.append(kEnvelopeTail);
}

std::string_view event_id_of(std::string_view head) {
  constexpr std::string_view kKey = "\"id\":\"";
  const auto key = head.find(kKey);
  if (key == std::string_view::npos) return {};
  const auto first = key + kKey.size();
  const auto last = head.find('"', first);
  if (last == std::string_view::npos) return {};
  const std::string_view id = head.substr(first, last - first);
  const bool plain = std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
  return plain ? id : std::string_view();
}

}  // namespace vitalgate::sync
