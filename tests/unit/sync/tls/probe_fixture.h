// One authority, one hub's certificate, and questions to a probe. The files are made once.
#pragma once

#include <gtest/gtest.h>

#include "sync/tls/probe.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/sync/tls/peers.h"
#include "tests/unit/sync/tls/pki.h"

namespace vitalgate::test {

class ProbeFixture : public ::testing::Test {
 protected:
  static constexpr auto kLong = std::chrono::seconds(20);  // never reached

  [[nodiscard]] std::filesystem::path in(const std::string& name) const {
    return folder_.path() / name;
  }

  [[nodiscard]] Identity hub(Wanted wanted = {}) const {
    return make_identity(in("hub"), wanted, &ca_);
  }

  [[nodiscard]] sync::TlsEndpoint at(std::uint16_t port) const {
    return {"localhost", port, ca_.certificate};
  }

  // The probe of `endpoint` fails with words that hold each of `words`, and a next step.
  static void expect_failure(const sync::TlsEndpoint& endpoint, Errc code,
                             const std::vector<std::string>& words,
                             std::chrono::milliseconds deadline = kLong,
                             WallTime now = wall_now()) {
    const auto probed = sync::probe_tls(endpoint, deadline, now);
    ASSERT_FALSE(probed);
    const Error& error = probed.error();
    EXPECT_EQ(error.code, code) << error.what;
    EXPECT_FALSE(error.hint.empty()) << error.what;
    for (const std::string& word : words)
      EXPECT_NE((error.what + " | " + error.hint).find(word), std::string::npos)
          << "no '" << word << "' in: " << error.what << " | " << error.hint;
  }

  TempDir folder_;
  Identity ca_ = make_identity(folder_.path() / "ca", {.common_name = "Hub CA", .authority = true});
};

}  // namespace vitalgate::test
