// What an HTTP response to a batch means (CONTRACT, "The hub's answer"; the status codes are sorted
// by what to do next). Pure: everything in it came from the network and is bounded here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "agent/core/clock.h"
#include "config/settings.h"
#include "sync/hub_answer.h"
#include "sync/uplink/uplink.h"

namespace vitalgate::sync {

struct HttpResponse {
  long status = 0;
  std::string_view content_type;
  std::string_view retry_after;
  std::string_view date;
  std::string_view body;
  bool is_cut = false;  // the body went on beyond limits::kHttpsAnswerBytesMax
};

// The hub took the batch, and what it said about what it has.
struct HttpsTook {
  std::optional<HubAnswer> answer;
  std::optional<Error> unreadable;  // it should have answered, and did not in a way we understand
};

// `key` of the refusal is left as it is.
using HttpsMeaning = std::variant<HttpsTook, TransportRefused>;

HttpsMeaning meaning_of(const HttpResponse& response, config::Acknowledge acknowledge,
                        WallTime now);

}  // namespace vitalgate::sync
