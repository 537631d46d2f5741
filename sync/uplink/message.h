// The bytes of one event (CONTRACT, "One batch"), as every transport carries them. Pure.
#pragma once

#include <string>
#include <string_view>

#include "sync/buffer/buffer_types.h"

namespace vitalgate::sync {

inline constexpr std::string_view kEventContentType = "application/cloudevents+json";

// Replaces `out`, whose memory is used again.
void write_event(const BatchBody& body, std::string& out);

// The event's id, out of its head; empty when it has none that may stand in a header.
std::string_view event_id_of(std::string_view head);

}  // namespace vitalgate::sync
