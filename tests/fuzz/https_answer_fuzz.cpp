// What an HTTP server says: any status, headers and body mean one thing to do, in bounded and
// printable words. Input: status (two bytes), then type, Retry-After, Date and body in lines.
#include "sync/uplink/https_answer.h"

#include <algorithm>

#include "agent/core/check.h"
#include "agent/core/limits.h"

namespace {

using namespace vitalgate;

std::string_view line_of(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

void check_words(const std::string& text) {
  VG_CHECK(!text.empty() && text.size() < 400);
  for (const char c : text) VG_CHECK(c >= 0x20 && c < 0x7f);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  sync::HttpResponse response;
  response.status = 100 + (data[0] * 256 + data[1]) % 500;
  response.content_type = line_of(text);
  response.retry_after = line_of(text);
  response.date = line_of(text);
  response.body = text;
  const auto acknowledge =
      data[0] % 2 == 0 ? config::Acknowledge::hub : config::Acknowledge::transport;
  const auto meaning = sync::meaning_of(response, acknowledge, WallTime());
  if (const auto* refused = std::get_if<sync::TransportRefused>(&meaning)) {
    check_words(refused->what);
    check_words(refused->hint);
    const auto wait = refused->retry_after.value_or(std::chrono::seconds(0));
    VG_CHECK(wait >= std::chrono::seconds(0) && wait <= limits::kRetryAfterMax);
    return 0;
  }
  const auto& took = std::get<sync::HttpsTook>(meaning);
  VG_CHECK(!took.answer || !took.unreadable);
  VG_CHECK(acknowledge == config::Acknowledge::transport || took.answer || took.unreadable);
  if (took.unreadable) check_words(took.unreadable->what);
  return 0;
}
