#include "sync/uplink/mqtt_refusal.h"

#include <array>
#include <cstdio>
#include <string_view>

namespace vitalgate::sync {
namespace {

std::string with_code(std::string_view words, int code) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), " (0x%02X)", static_cast<unsigned>(code) & 0xFFu);
  return std::string(words).append(text.data());
}

struct Reason {
  int code;
  BatchProblem problem;
  std::string_view what;
  std::string_view hint;
};

constexpr std::array<Reason, 6> kReasons{{
    {0x87, BatchProblem::unauthorised, "the broker does not let this gateway publish",
     "ask the hub's operator for the right to publish below vitalgate/v1/GATEWAY"},
    {0x90, BatchProblem::unauthorised, "the broker does not accept the topic",
     "ask the hub's operator whether topics below vitalgate/v1/GATEWAY are allowed"},
    {0x95, BatchProblem::content, "the batch is too large for the broker",
     "lower upload.max_bytes"},
    {0x99, BatchProblem::content, "the broker does not accept the content",
     "ask the hub's operator what it refuses"},
    {0x96, BatchProblem::busy, "the broker is sent too much at once", "sent again by itself"},
    {0x97, BatchProblem::busy, "a quota of the broker is used up",
     "sent again by itself; if it lasts, ask the hub's operator for a larger one"},
}};

}  // namespace

TransportRefused mqtt_refusal(BatchKey key, int code) {
  for (const Reason& reason : kReasons)
    if (reason.code == code)
      return {.key = key,
              .problem = reason.problem,
              .what = with_code(reason.what, code),
              .hint = std::string(reason.hint)};
  return {.key = key,
          .problem = BatchProblem::busy,
          .what = with_code("the broker refuses a batch", code),
          .hint = "sent again by itself; if it lasts, ask the hub's operator"};
}

LinkDown mqtt_farewell(const std::string& place, int code) {
  switch (code) {
    case 0x8E:
      return {LinkProblem::unavailable,
              with_code("another client logged in to " + place + " with our client id", code),
              "give every gateway a destination.client_id of its own; look for a copy of this one"};
    case 0x87:
    case 0x98:
      return {LinkProblem::unauthorised,
              with_code(place + " ends the connection: this gateway may not be there", code),
              "ask the hub's operator"};
    case 0x8B:
      return {LinkProblem::unavailable, with_code(place + " is shutting down", code),
              "reconnecting by itself"};
    default:
      return {LinkProblem::unavailable, with_code(place + " ends the connection", code),
              "reconnecting by itself; if it stays down ask the hub's operator"};
  }
}

}  // namespace vitalgate::sync
