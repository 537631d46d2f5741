#include "sync/uplink/place.h"

#include <charconv>

#include "agent/core/check.h"

namespace vitalgate::sync {

std::string to_text(const Place& place) {
  const bool v6 = place.host.find(':') != std::string::npos;
  std::string text = v6 ? "[" : "";
  text.append(place.host).append(v6 ? "]:" : ":").append(std::to_string(place.port));
  return text;
}

Place hub_place(const config::DestinationSettings& settings, Route route) {
  return {settings.host, route.port};
}

Place proxy_place(const config::DestinationSettings& settings) {
  VG_CHECK(settings.proxy.has_value());
  std::string_view rest = *settings.proxy;  // "http://host:port", as the configuration was checked
  rest.remove_prefix(rest.find("//") + 2);
  const auto colon = rest.rfind(':');
  const std::string_view digits = rest.substr(colon + 1);
  std::string_view host = rest.substr(0, colon);
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  Place place{std::string(host), 0};
  std::from_chars(digits.data(), digits.data() + digits.size(), place.port);
  return place;
}

Place next_place(const config::DestinationSettings& settings, Route route) {
  return settings.proxy ? proxy_place(settings) : hub_place(settings, route);
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
      out.push_back(c);
    else
      out.append("%").append(1, kDigits[byte >> 4]).append(1, kDigits[byte & 15]);
  }
  return out;
}

}  // namespace vitalgate::sync
