#include "config/text_rules.h"

#include <arpa/inet.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace vitalgate::config {
namespace {

constexpr std::string_view kZoneInfo = "/usr/share/zoneinfo";
constexpr std::size_t kLabelMax = 63;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool is_address(int family, std::string_view text) {
  unsigned char address[16];
  return inet_pton(family, std::string(text).c_str(), address) == 1;
}

bool is_label(std::string_view label) {
  if (label.empty() || label.size() > kLabelMax) return false;
  if (label.front() == '-' || label.back() == '-') return false;
  return std::all_of(label.begin(), label.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_'; });
}

bool is_host_name(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  std::string_view label;
  while (true) {
    const auto dot = text.find('.');
    label = text.substr(0, dot);
    if (!is_label(label)) return false;
    if (dot == std::string_view::npos) break;
    text.remove_prefix(dot + 1);
  }
  // 10.0.0.300 is a mistyped address, not a name.
  return !std::all_of(label.begin(), label.end(), is_digit);
}

}  // namespace

std::string control_flaw(std::string_view text) {
  return std::any_of(text.begin(), text.end(), is_control) ? "has a control character" : "";
}

std::string ascii_flaw(std::string_view text) {
  const bool plain =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
  return plain ? "" : "has a character that is not printable ASCII";
}

std::string host_flaw(std::string_view text) {
  if (auto flaw = ascii_flaw(text); !flaw.empty()) return flaw;
  if (is_address(AF_INET, text) || is_address(AF_INET6, text)) return {};
  if (text.find(' ') != std::string_view::npos) return "has a space";
  if (text.find("://") != std::string_view::npos) return "has a scheme; leave out all up to //";
  if (text.find('/') != std::string_view::npos) return "has a path; only the host belongs here";
  if (text.find('[') != std::string_view::npos) return "has brackets; leave them out";
  if (std::count(text.begin(), text.end(), ':') == 1)
    return "has a port; write it as port = 8883 on a line of its own";
  return is_host_name(text) ? "" : "is not a host name or an IP address";
}

std::string url_path_flaw(std::string_view text) {
  if (text.empty()) return {};
  if (auto flaw = ascii_flaw(text); !flaw.empty()) return flaw;
  if (!text.starts_with('/')) return "is not a path: it has to start with /";
  if (text.size() > 1 && text.ends_with('/')) return "ends with /; leave that out";
  return text.find_first_of(" ?#\"%") == std::string_view::npos ? "" : "is more than a path";
}

std::string proxy_flaw(std::string_view text) {
  constexpr std::string_view kScheme = "http://";
  if (!text.starts_with(kScheme)) return "has to start with http://";
  text.remove_prefix(kScheme.size());
  if (text.find('@') != std::string_view::npos)
    return "has a name in it; write proxy_username and proxy_password instead";
  const std::size_t colon = text.rfind(':');
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const std::string_view port = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  const bool is_port = !port.empty() && port.size() <= 5 &&
                       std::all_of(port.begin(), port.end(), is_digit) && port.front() != '0';
  if (!is_port) return "has no port: http://proxy.clinic.example:3128";
  return host_flaw(host);
}

std::string time_zone_flaw(std::string_view text) {
  if (text.empty()) return {};
  const bool clean = std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter(c) || is_digit(c) || std::string_view("/_+-").find(c) != std::string::npos;
  });
  // Without dots there is no way up and out of the zone folder.
  if (!clean || text.front() == '/') return "is not the name of a time zone";
  std::error_code ignored;
  const std::filesystem::path folder(kZoneInfo);
  if (!std::filesystem::is_directory(folder, ignored)) return {};
  return std::filesystem::is_regular_file(folder / text, ignored)
             ? ""
             : "is not a time zone that this system knows";
}

std::string path_flaw(std::string_view text) {
  if (auto flaw = control_flaw(text); !flaw.empty()) return flaw;
  return text.starts_with('/') ? "" : "is not an absolute path: it has to start with /";
}

}  // namespace vitalgate::config
