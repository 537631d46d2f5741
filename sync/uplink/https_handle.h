// One libcurl transfer under the rules of this house: every deadline, every check of the other
// side and every limit that libcurl leaves open is set here. With https_session.cpp the only file
// that includes libcurl.
#pragma once

#include <curl/curl.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "sync/tls/files.h"
#include "sync/uplink/place.h"
#include "sync/uplink/session.h"

namespace vitalgate::sync {

// A list of strings in libcurl's form.
class CurlList {
 public:
  void clear() { list_.reset(); }
  void append(const std::string& text);
  [[nodiscard]] curl_slist* get() const { return list_.get(); }

 private:
  struct Free {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  std::unique_ptr<curl_slist, Free> list_;
};

class HttpsHandle {
 public:
  // `addresses` are those of next_place(): libcurl never resolves a name itself. `settings`
  // outlives this.
  HttpsHandle(const config::DestinationSettings& settings, Route route,
              const std::vector<std::string>& addresses);

  [[nodiscard]] CURL* get() const { return easy_.get(); }

  // Why the last transfer failed with `code`.
  [[nodiscard]] LinkDown failure(CURLcode code) const;

 private:
  struct Free {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };
  void set_limits();
  void set_trust();
  void set_proxy();
  void set_addresses(const std::vector<std::string>& addresses);
  [[nodiscard]] LinkDown proxy_refusal(long status) const;
  [[nodiscard]] LinkDown unreachable() const;
  [[nodiscard]] LinkDown silent() const;
  [[nodiscard]] LinkDown untrusted() const;
  [[nodiscard]] LinkDown broken() const;
  [[nodiscard]] std::string said() const;
  [[nodiscard]] long number(CURLINFO what) const;
  [[nodiscard]] bool is_connected() const;

  const config::DestinationSettings& settings_;
  TlsFiles files_;
  const Place hub_;
  const Place next_;
  CurlList resolved_;
  std::array<char, CURL_ERROR_SIZE> said_{};
  std::unique_ptr<CURL, Free> easy_;
};

}  // namespace vitalgate::sync
