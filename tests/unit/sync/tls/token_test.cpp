// A key inside a PKCS#11 token, here SoftHSM: OpenSSL's engine signs with it.
#include <openssl/ssl.h>

#include <cstdlib>
#include <fstream>
#include <memory>

#include "sync/tls/providers.h"
#include "tests/support/failure.h"
#include "tests/support/network.h"
#include "tests/support/paths.h"
#include "tests/support/process.h"
#include "tests/unit/sync/tls/probe_fixture.h"

namespace vitalgate::test {
namespace {

constexpr const char* kModule = "/usr/lib/softhsm/libsofthsm2.so";
constexpr const char* kPin = "1234";

// One token for all tests: the engine, once started, stays with the module that it loaded.
class TokenTest : public ProbeFixture {
 protected:
  static void SetUpTestSuite() {
    if (!std::filesystem::exists(kModule)) why_not_ = "softhsm2 is not installed";
    if (!has_engine()) why_not_ = "libengine-pkcs11-openssl is not installed";
    if (!why_not_.empty()) return;
    token_folder_ = std::make_unique<TempDir>();
    const auto settings = token_folder_->path() / "softhsm.conf";
    std::filesystem::create_directories(token_folder_->path() / "tokens");
    std::ofstream(settings) << "directories.tokendir = " << token_folder_->path().string()
                            << "/tokens\nobjectstore.backend = file\nlog.level = ERROR\n";
    ::setenv("SOFTHSM2_CONF", settings.c_str(), 1);
    own_ = make_identity(token_folder_->path() / "gateway", {});
    for (const char* token : {"clinic", "spare"}) {
      softhsm({"--init-token", "--free", "--label", token, "--so-pin", "5678"});
      softhsm(
          {"--import", own_.key.string(), "--token", token, "--label", "gateway", "--id", "a1"});
    }
  }

  static void TearDownTestSuite() { token_folder_.reset(); }

  static bool has_engine() {
    const Output output =
        run({system_program("openssl", "openssl").string(), "engine", "-t", "pkcs11"});
    return output.out.find("[ available ]") != std::string::npos;
  }

  static void softhsm(Arguments arguments) {
    arguments.insert(arguments.begin(), system_program("softhsm2-util", "softhsm2").string());
    arguments.insert(arguments.end(), {"--pin", kPin});
    const Output output = run(arguments);
    if (output.code != 0) why_not_ = "softhsm2-util: " + output.err;
  }

  void SetUp() override {
    if (!why_not_.empty()) GTEST_SKIP() << "skipped: " << why_not_;
    set_pin(kPin);
  }

  void set_pin(const std::string& pin) const { std::ofstream(in("pin")) << pin << "\n"; }

  [[nodiscard]] sync::TlsEndpoint with_token(std::uint16_t port,
                                             const std::string& object = "gateway",
                                             const std::string& token = "clinic") const {
    sync::TlsEndpoint endpoint = at(port);
    endpoint.certificate = own_.certificate;
    endpoint.key = "pkcs11:token=" + token + ";object=" + object +
                   ";pin-source=file:" + in("pin").string() + ";module-path=" + kModule;
    return endpoint;
  }

  static inline std::string why_not_;
  static inline std::unique_ptr<TempDir> token_folder_;
  static inline Identity own_;
};

TEST_F(TokenTest, ItsKeyProvesWhoWeAreInBothVersionsOfTls) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const Listener server(
        tls_server({.identity = hub(), .client_ca = own_.certificate, .version_max = version}));
    const auto peer = sync::probe_tls(with_token(server.port()), kLong);
    EXPECT_TRUE(peer) << peer.error().what << " | " << peer.error().hint;
  }
}

TEST_F(TokenTest, AWrongPinIsTriedOnceAndNeverAgain) {
  // A token of its own: one that is logged in does not look at a PIN.
  const sync::TlsEndpoint endpoint = with_token(free_port(), "gateway", "spare");
  set_pin("9999");
  expect_failure(endpoint, Errc::rejected, {"the token refuses the PIN"});
  expect_failure(endpoint, Errc::rejected, {"it is not tried again"});
  set_pin(kPin);
  expect_failure(endpoint, Errc::unavailable, {"nothing listens"});
}

TEST_F(TokenTest, AKeyThatIsNotThereIsNamed) {
  expect_failure(with_token(free_port(), "nobody"), Errc::unavailable,
                 {"no token has the key pkcs11:token=clinic;object=nobody"});
}

TEST_F(TokenTest, ThePinFileMayBeMissing) {
  std::filesystem::remove(in("pin"));
  expect_failure(with_token(free_port()), Errc::rejected, {"PIN file", "pin-source"});
}

TEST_F(TokenTest, AKeyThatDoesNotFitTheCertificateIsToldSo) {
  sync::TlsEndpoint endpoint = with_token(free_port());
  endpoint.certificate = make_identity(in("other"), {}, &ca_).certificate;
  expect_failure(endpoint, Errc::rejected, {"does not belong to"});
}

}  // namespace
}  // namespace vitalgate::test
