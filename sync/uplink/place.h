// Where a hub and the clinic's proxy are, in the forms in which libraries and people want it. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/settings.h"
#include "sync/uplink/session.h"

namespace vitalgate::sync {

struct Place {
  std::string host;
  std::uint16_t port = 0;
};

// "[2001:db8::1]:443" or "hub.example.org:443".
std::string to_text(const Place& place);

Place hub_place(const config::DestinationSettings& settings, Route route);

// `settings.proxy`, taken apart. There has to be one.
Place proxy_place(const config::DestinationSettings& settings);

// What this gateway itself connects to: the proxy where there is one.
Place next_place(const config::DestinationSettings& settings, Route route);

// `text` with everything but letters and digits as %XX: names and passwords for libraries that
// take them apart as parts of a URL.
std::string percent_encoded(std::string_view text);

}  // namespace vitalgate::sync
