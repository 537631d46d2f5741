// What a text value may look like. Each *_flaw says what is wrong with `text` as a clause that
// follows the value ("has a scheme"), or is empty when nothing is. Pure but for time_zone_flaw,
// which asks the file system. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace vitalgate::config {

// Has control characters.
std::string control_flaw(std::string_view text);

// Is not printable ASCII throughout.
std::string ascii_flaw(std::string_view text);

// Is no host name and no IP address: scheme, port, brackets and spaces are named.
std::string host_flaw(std::string_view text);

// Is no path of a URL: does not begin with '/', or has spaces, '?' or '#'. Empty is none.
std::string url_path_flaw(std::string_view text);

// Is not http://host:port. Says nothing of `text`: it may hold a password.
std::string proxy_flaw(std::string_view text);

// Is no zone below /usr/share/zoneinfo. Empty text is the system's zone.
std::string time_zone_flaw(std::string_view text);

// Is no absolute path.
std::string path_flaw(std::string_view text);

}  // namespace vitalgate::config
