#include "sync/tls/connect_answer.h"

#include <algorithm>
#include <span>

#include "agent/core/text.h"

namespace vitalgate::sync {
namespace {

constexpr std::size_t kLoginLengthMax = 60;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_named(std::string_view line, std::string_view name) {
  return line.size() > name.size() && line[name.size()] == ':' &&
         std::equal(name.begin(), name.end(), line.begin(),
                    [](char left, char right) { return left == lower(right); });
}

// "HTTP/1.1 407 Proxy Authentication Required"
std::optional<int> status_of(std::string_view line) {
  if (line.size() < 12 || !line.starts_with("HTTP/1.") || !is_digit(line[7]) || line[8] != ' ' ||
      !std::all_of(line.begin() + 9, line.begin() + 12, is_digit) ||
      (line.size() > 12 && line[12] != ' '))
    return std::nullopt;
  const int status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
  return status >= 100 && status <= 599 ? std::optional(status) : std::nullopt;
}

// The first word of a Proxy-Authenticate header: the kind, without its parameters.
void add_login(std::string& logins, std::string_view value) {
  value = trim(value);
  const std::string_view kind = value.substr(0, value.find_first_of(" ,\t"));
  if (kind.empty() || logins.size() + kind.size() > kLoginLengthMax) return;
  if (!logins.empty()) logins.append(", ");
  for (const char c : kind) logins.push_back(c < 0x21 || c > 0x7e ? '?' : c);
}

}  // namespace

std::string connect_request(std::string_view target, std::string_view login) {
  std::string request = "CONNECT ";
  request.append(target).append(" HTTP/1.1\r\nHost: ").append(target).append("\r\n");
  if (!login.empty()) {
    request.append("Proxy-Authorization: Basic ");
    const std::size_t before = request.size();
    request.resize(before + base64_length(login.size()));
    put_base64(request.data() + before, std::as_bytes(std::span(login)));
    request.append("\r\n");
  }
  return request.append("\r\n");
}

Result<std::optional<ConnectAnswer>> parse_connect_answer(std::string_view bytes) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  constexpr std::string_view kStart = "HTTP/1.";
  const Error foreign{Errc::malformed, "the answer is not HTTP", ""};
  const std::size_t known = std::min(bytes.size(), kStart.size());
  if (bytes.substr(0, known) != kStart.substr(0, known)) return foreign;
  const std::size_t end = bytes.find(kEnd);
  if (end == bytes.npos) {
    if (bytes.size() < kConnectAnswerMax) return std::optional<ConnectAnswer>();
    return Error{Errc::malformed, "the answer does not end", ""};
  }
  std::string_view lines = bytes.substr(0, end);
  const std::size_t first = std::min(lines.find("\r\n"), lines.size());
  const auto status = status_of(lines.substr(0, first));
  if (!status) return foreign;
  ConnectAnswer answer{*status, {}};
  lines.remove_prefix(first);
  while (!lines.empty()) {
    lines.remove_prefix(2);  // the line end before it
    const std::string_view line = lines.substr(0, lines.find("\r\n"));
    constexpr std::string_view kLogin = "proxy-authenticate";
    if (is_named(line, kLogin)) add_login(answer.login, line.substr(kLogin.size() + 1));
    lines.remove_prefix(line.size());
  }
  return std::optional(std::move(answer));
}

}  // namespace vitalgate::sync
