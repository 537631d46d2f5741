// What an HTTP proxy says to CONNECT. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/core/result.h"

namespace vitalgate::sync {

// No proxy says more than this before the tunnel begins.
inline constexpr std::size_t kConnectAnswerMax = 16 * 1024;

struct ConnectAnswer {
  int status = 0;     // 100 to 599
  std::string login;  // the kinds of login it offers, "Negotiate, NTLM"; printable
};

// The request for a tunnel to `target` ("host:port"). `login` is "name:password", or empty.
std::string connect_request(std::string_view target, std::string_view login);

// The answer in `bytes`, which end with its last byte. Nothing while more has to come; `malformed`
// when it is no HTTP answer, or longer than kConnectAnswerMax.
Result<std::optional<ConnectAnswer>> parse_connect_answer(std::string_view bytes);

}  // namespace vitalgate::sync
