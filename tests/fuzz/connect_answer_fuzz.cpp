// A proxy's answer to CONNECT: any bytes are an answer, the beginning of one, or malformed; and
// what is said of a whole answer does not depend on what follows it.
#include "sync/tls/connect_answer.h"

#include <algorithm>

#include "agent/core/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vitalgate;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto parsed = sync::parse_connect_answer(bytes);
  if (!parsed) {
    VG_CHECK(parsed.error().code == Errc::malformed && !parsed.error().what.empty());
    return 0;
  }
  if (!*parsed) {
    VG_CHECK(bytes.size() < sync::kConnectAnswerMax);
    return 0;
  }
  const sync::ConnectAnswer& answer = **parsed;
  VG_CHECK(answer.status >= 100 && answer.status <= 599 && answer.login.size() <= 100);
  VG_CHECK(std::all_of(answer.login.begin(), answer.login.end(),
                       [](char c) { return c >= 0x20 && c <= 0x7e; }));
  const auto alone = sync::parse_connect_answer(bytes.substr(0, bytes.find("\r\n\r\n") + 4));
  VG_CHECK(alone && *alone && (**alone).status == answer.status);
  return 0;
}
