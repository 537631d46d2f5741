#include "sync/uplink/retry_after.h"

#include <time.h>

#include <algorithm>
#include <array>
#include <string>

#include "agent/core/limits.h"
#include "agent/core/text.h"

namespace vitalgate::sync {
namespace {

constexpr std::chrono::seconds kLongest = limits::kRetryAfterMax;
constexpr std::size_t kDateLengthMax = 40;  // the longest form has 33 characters
constexpr std::array kForms{"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT",
                            "%a %b %d %H:%M:%S %Y"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::optional<WallTime> parse_http_date(std::string_view text) {
  if (text.empty() || text.size() > kDateLengthMax) return std::nullopt;
  const std::string copy(text);
  for (const char* form : kForms) {
    tm parts{};
    const char* end = strptime(copy.c_str(), form, &parts);  // in the C locale, which is ours
    if (end == copy.c_str() + copy.size()) return WallTime(std::chrono::seconds(timegm(&parts)));
  }
  return std::nullopt;
}

std::optional<std::chrono::seconds> retry_after(std::string_view value, std::string_view date,
                                                WallTime now) {
  using std::chrono::seconds;
  value = trim(value);
  if (value.empty()) return std::nullopt;
  if (std::all_of(value.begin(), value.end(), is_digit)) {
    seconds wait{0};
    for (const char c : value) wait = std::min(wait * 10 + seconds(c - '0'), kLongest);
    return wait;
  }
  const auto until = parse_http_date(value);
  if (!until) return std::nullopt;
  const auto from = parse_http_date(trim(date)).value_or(now);
  return std::clamp(std::chrono::ceil<seconds>(*until - from), seconds(0), kLongest);
}

}  // namespace vitalgate::sync
