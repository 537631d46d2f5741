#include "sync/uplink/https_handle.h"

#include <cerrno>
#include <cstring>

#include "agent/core/check.h"
#include "agent/core/limits.h"
#include "config/excerpt.h"
#include "sync/tls/context.h"
#include "sync/uplink/secret.h"

namespace vitalgate::sync {
namespace {

constexpr long kSlowestBytesPerSecond = 100;
constexpr long kIdleBeforeProbeSeconds = 20;  // TCP keep-alive
constexpr long kProbeEverySeconds = 10;
constexpr long kReuseIdleSecondsMax = 20;  // an older one may be gone without our knowing
constexpr std::size_t kSaidMax = 120;

void start_library() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  VG_CHECK(started == CURLE_OK);
}

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  // Only an option that this libcurl does not have, or no memory.
  VG_CHECK(curl_easy_setopt(easy, option, value) == CURLE_OK);
}

template <class Duration>
long milliseconds(Duration time) {
  return static_cast<long>(std::chrono::milliseconds(time).count());
}

// The policy for a context that libcurl has just made. What is wrong with our own files is told by
// the probe, which loads them in the same way.
CURLcode apply(CURL*, void* context, void* files) {
  const auto applied =
      apply_policy(*static_cast<ssl_ctx_st*>(context), *static_cast<const TlsFiles*>(files));
  return applied ? CURLE_OK : CURLE_SSL_CERTPROBLEM;
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace

void CurlList::append(const std::string& text) {
  curl_slist* const longer = curl_slist_append(list_.get(), text.c_str());
  VG_CHECK(longer != nullptr);
  static_cast<void>(list_.release());
  list_.reset(longer);
}

HttpsHandle::HttpsHandle(const config::DestinationSettings& settings, Route route,
                         const std::vector<std::string>& addresses)
    : settings_(settings),
      files_(files_of(settings)),
      hub_(hub_place(settings, route)),
      next_(next_place(settings, route)) {
  start_library();
  easy_.reset(curl_easy_init());
  VG_CHECK(easy_ != nullptr);
  set(get(), CURLOPT_ERRORBUFFER, said_.data());
  set_limits();
  set_trust();
  set_proxy();
  set_addresses(addresses);
}

void HttpsHandle::set_limits() {
  CURL* const easy = get();
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_PROTOCOLS_STR, "https");
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(limits::kConnectDeadline));
  set(easy, CURLOPT_TIMEOUT_MS, milliseconds(limits::kRequestDeadline));
  set(easy, CURLOPT_LOW_SPEED_LIMIT, kSlowestBytesPerSecond);
  set(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(limits::kSilenceMax.count()));
  set(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  set(easy, CURLOPT_TCP_KEEPIDLE, kIdleBeforeProbeSeconds);
  set(easy, CURLOPT_TCP_KEEPINTVL, kProbeEverySeconds);
  set(easy, CURLOPT_MAXAGE_CONN, kReuseIdleSecondsMax);
  set(easy, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(limits::kHttpsAnswerBytesMax));
  set(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
}

void HttpsHandle::set_trust() {
  CURL* const easy = get();
  set(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(easy, CURLOPT_SSL_CIPHER_LIST, kTlsCiphers);
  set(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  set(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  set(easy, CURLOPT_CAINFO, settings_.ca.c_str());
  set(easy, CURLOPT_CAPATH, static_cast<const char*>(nullptr));  // Debian's own are not ours
  set(easy, CURLOPT_SSL_CTX_DATA, &files_);
  set(easy, CURLOPT_SSL_CTX_FUNCTION, &apply);
  if (!settings_.username) return;
  set(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
  set(easy, CURLOPT_USERNAME, settings_.username->c_str());
  set(easy, CURLOPT_PASSWORD, secret_in(settings_.password).c_str());
}

void HttpsHandle::set_proxy() {
  CURL* const easy = get();
  set(easy, CURLOPT_NOPROXY, "");  // the environment has no say, neither here
  if (!settings_.proxy) return set(easy, CURLOPT_PROXY, "");  // nor here
  set(easy, CURLOPT_PROXYTYPE, static_cast<long>(CURLPROXY_HTTP));
  set(easy, CURLOPT_PROXY, settings_.proxy->c_str());
  set(easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
  set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(easy, CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));
  if (!settings_.proxy_username) return;
  set(easy, CURLOPT_PROXYAUTH, CURLAUTH_BASIC);
  // Unlike those of the hub, libcurl takes these for parts of a URL.
  set(easy, CURLOPT_PROXYUSERNAME, percent_encoded(*settings_.proxy_username).c_str());
  set(easy, CURLOPT_PROXYPASSWORD, percent_encoded(secret_in(settings_.proxy_password)).c_str());
}

void HttpsHandle::set_addresses(const std::vector<std::string>& addresses) {
  if (addresses.empty()) return;  // the host is an address itself
  std::string entry = next_.host + ":" + std::to_string(next_.port) + ":";
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const bool v6 = addresses[i].find(':') != std::string::npos;
    entry.append(i == 0 ? "" : ",")
        .append(v6 ? "[" : "")
        .append(addresses[i])
        .append(v6 ? "]" : "");
  }
  resolved_.append(entry);
  set(get(), CURLOPT_RESOLVE, resolved_.get());
}

long HttpsHandle::number(CURLINFO what) const {
  long value = 0;
  curl_easy_getinfo(get(), what, &value);
  return value;
}

bool HttpsHandle::is_connected() const {
  curl_off_t microseconds = 0;
  curl_easy_getinfo(get(), CURLINFO_APPCONNECT_TIME_T, &microseconds);
  return microseconds > 0;
}

// libcurl's own words, which speak of sockets and certificates and never of content.
std::string HttpsHandle::said() const {
  std::string text = config::printable(std::string_view(said_.data()).substr(0, kSaidMax));
  return text.empty() ? "no reason given" : text;
}

LinkDown HttpsHandle::proxy_refusal(long status) const {
  const std::string who = "the proxy " + to_text(next_);
  if (status == 407)
    return {LinkProblem::unauthorised,
            who + (settings_.proxy_username ? " refuses our name or password (407)"
                                            : " asks for a name and password (407)"),
            "set destination.proxy_username and proxy_password as clinic IT says"};
  if (status == 403 || status == 405)
    return {
        LinkProblem::unauthorised,
        who + " does not let us through to " + to_text(hub_) + " (" + std::to_string(status) + ")",
        "ask clinic IT to allow CONNECT to " + to_text(hub_)};
  return {LinkProblem::unavailable,
          who + " cannot reach " + to_text(hub_) + " (" + std::to_string(status) + ")",
          "check destination.host and port; ask clinic IT whether the proxy reaches the hub"};
}

LinkDown HttpsHandle::unreachable() const {
  const long code = number(CURLINFO_OS_ERRNO);
  if (code == ECONNREFUSED)
    return {LinkProblem::unavailable,
            "nothing listens on " + to_text(next_) + " (connection refused)",
            settings_.proxy ? "check destination.proxy with clinic IT"
                            : "check that the hub runs, then destination.port"};
  if (code == 0 || code == ETIMEDOUT) return silent();
  return {LinkProblem::unavailable,
          "cannot reach " + to_text(next_) + ": " + std::strerror(static_cast<int>(code)),
          "check the network cable and the default route: ip route"};
}

LinkDown HttpsHandle::silent() const {
  if (is_connected())
    return {LinkProblem::unavailable, to_text(hub_) + " is connected and does not answer",
            "the hub or the network hangs: ask the hub's operator; tried again by itself"};
  return {LinkProblem::unavailable, "no answer from " + to_text(next_),
          "a firewall may block port " + std::to_string(next_.port) +
              ": ask clinic IT to allow it outbound"};
}

LinkDown HttpsHandle::untrusted() const {
  const bool early = has(said(), "not yet valid");
  return {early ? LinkProblem::unavailable : LinkProblem::untrusted,
          "TLS with " + to_text(hub_) + ": " + said(),
          early ? "the gateway's clock is probably wrong: timedatectl status"
                : "check destination.ca, certificate and key, then the hub's certificate; ask "
                  "clinic IT whether a proxy inspects TLS"};
}

LinkDown HttpsHandle::broken() const {
  if (has(said(), "alert"))
    return {LinkProblem::unauthorised,
            to_text(hub_) + " refuses this gateway's certificate: " + said(),
            "check destination.certificate and key with the hub's operator"};
  if (settings_.proxy && !is_connected())
    return {LinkProblem::unavailable,
            "the proxy " + to_text(next_) + " breaks off the connection to " + to_text(hub_),
            "ask clinic IT whether the proxy allows it"};
  return {LinkProblem::unavailable, "the connection to " + to_text(hub_) + " was lost: " + said(),
          "reconnecting by itself; if it stays down check the hub and the network"};
}

LinkDown HttpsHandle::failure(CURLcode code) const {
  const long connect_status = number(CURLINFO_HTTP_CONNECTCODE);
  if (settings_.proxy && !is_connected() && connect_status >= 300)
    return proxy_refusal(connect_status);
  switch (code) {
    case CURLE_COULDNT_CONNECT:
      return unreachable();
    case CURLE_OPERATION_TIMEDOUT:
      return silent();
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CIPHER:
      return untrusted();
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
      return {LinkProblem::unavailable, "what answers at " + to_text(hub_) + " does not speak HTTP",
              "check that destination.port is the hub's HTTPS port"};
    default:
      return broken();
  }
}

}  // namespace vitalgate::sync
