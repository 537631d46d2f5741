// A key that lies in a TPM, here a software one: OpenSSL's provider tpm2 makes it and uses it.
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/ssl.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <thread>
#include <vector>

#include "sync/tls/openssl.h"
#include "sync/tls/providers.h"
#include "tests/support/failure.h"
#include "tests/support/network.h"
#include "tests/support/paths.h"
#include "tests/support/process.h"
#include "tests/unit/sync/tls/probe_fixture.h"

namespace vitalgate::test {
namespace {

// One TPM for all tests: the provider, once loaded, stays with the one that it found.
class TpmTest : public ProbeFixture {
 protected:
  static void SetUpTestSuite() {
    for (const char* program : {"swtpm", "openssl"}) {
      try {
        system_program(program, program);
      } catch (const Failure& failure) {
        why_not_ = failure.what();
        return;
      }
    }
    tpm_folder_ = std::make_unique<TempDir>();
    ask_without_tpm();
    start();
    const Output made = openssl({"genpkey", "-provider", "tpm2", "-provider", "default",
                                 "-algorithm", "EC", "-pkeyopt", "group:P-256", "-out", key()});
    if (made.code != 0) why_not_ = "the provider tpm2 (package tpm2-openssl): " + made.err;
  }

  static void TearDownTestSuite() {
    if (tpm_) tpm_->stop();
    tpm_.reset();
    tpm_folder_.reset();
  }

  void SetUp() override {
    if (!why_not_.empty()) GTEST_SKIP() << "skipped: " << why_not_;
    const Output shown = openssl({"pkey", "-provider", "tpm2", "-provider", "default", "-in", key(),
                                  "-pubout", "-out", in("tpm.pub").string()});
    ASSERT_EQ(shown.code, 0) << shown.err;
    certify(in("tpm.pem"), in("tpm.pub"), {.common_name = "gateway-17"}, ca_);
  }

  // Before there is one: what is learnt then must not last.
  static void ask_without_tpm() {
    use_tpm_at(free_port());
    const auto file = tpm_folder_->path() / "early.key";
    std::ofstream(file) << "-----BEGIN TSS2 PRIVATE KEY-----\n";
    without_tpm_ = sync::prepare_key(file);
  }

  static void use_tpm_at(std::uint16_t port) {
    ::setenv("TPM2OPENSSL_TCTI", ("swtpm:host=127.0.0.1,port=" + std::to_string(port)).c_str(), 1);
  }

  // Its control port has to be the next one.
  static void start() {
    std::uint16_t port = free_port();
    while (accepts(static_cast<std::uint16_t>(port + 1))) port = free_port();
    const auto listen = [](int at) {
      return "type=tcp,bindaddr=127.0.0.1,port=" + std::to_string(at);
    };
    const std::string log = (tpm_folder_->path() / "log").string();
    tpm_ = std::make_unique<Process>(
        Arguments{system_program("swtpm", "swtpm").string(), "socket", "--tpm2", "--tpmstate",
                  "dir=" + tpm_folder_->path().string(), "--server", listen(port), "--ctrl",
                  listen(port + 1), "--flags", "not-need-init,startup-clear"},
        log, log);
    use_tpm_at(port);
    if (!poll_until([&] { return openssl_sees_tpm() || !tpm_->running(); },
                    std::chrono::seconds(20)))
      why_not_ = "swtpm does not answer";
    if (!tpm_->running()) why_not_ = "swtpm does not run: " + tail_of(log);
  }

  // Asking the port alone would take swtpm's one connection.
  static bool openssl_sees_tpm() {
    return openssl({"rand", "-provider", "tpm2", "-hex", "4"}).code == 0;
  }

  static Output openssl(Arguments arguments) {
    arguments.insert(arguments.begin(), system_program("openssl", "openssl").string());
    return run(arguments);
  }

  static std::string key() { return (tpm_folder_->path() / "tpm.key").string(); }

  [[nodiscard]] sync::TlsEndpoint with_tpm(std::uint16_t port) const {
    sync::TlsEndpoint endpoint = at(port);
    endpoint.certificate = in("tpm.pem");
    endpoint.key = key();
    return endpoint;
  }

  static inline std::string why_not_;
  static inline Result<> without_tpm_;
  static inline std::unique_ptr<TempDir> tpm_folder_;
  static inline std::unique_ptr<Process> tpm_;
};

TEST_F(TpmTest, ItsKeyProvesWhoWeAreInBothVersionsOfTls) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const Listener server(
        tls_server({.identity = hub(), .client_ca = ca_.certificate, .version_max = version}));
    const auto peer = sync::probe_tls(with_tpm(server.port()), kLong);
    EXPECT_TRUE(peer) << peer.error().what << " | " << peer.error().hint;
  }
}

TEST_F(TpmTest, ThatIsNotThereIsToldAndTriedAgain) {
  ASSERT_FALSE(without_tpm_);
  EXPECT_EQ(without_tpm_.error().code, Errc::unavailable);
  EXPECT_NE(without_tpm_.error().what.find("the TPM cannot be used"), std::string::npos);
  EXPECT_TRUE(sync::prepare_key(key()));
}

TEST_F(TpmTest, OncePreparedALibraryThatOnlyKnowsFilesCanUseItsKey) {
  // As Paho does it.
  const auto prepared = sync::prepare_key(key());
  ASSERT_TRUE(prepared) << prepared.error().what;
  ASSERT_TRUE(sync::prepare_key(key())) << "a second time";
  const sync::OwnedContext context(SSL_CTX_new(TLS_client_method()));
  EXPECT_EQ(SSL_CTX_use_certificate_chain_file(context.get(), in("tpm.pem").c_str()), 1);
  EXPECT_EQ(SSL_CTX_use_PrivateKey_file(context.get(), key().c_str(), SSL_FILETYPE_PEM), 1);
  EXPECT_EQ(SSL_CTX_check_private_key(context.get()), 1);
}

TEST_F(TpmTest, EverythingButItsKeyStaysWithOpenSsl) {
  ASSERT_TRUE(sync::prepare_key(key()));
  const sync::Owned<EVP_MD, EVP_MD_free> hash(EVP_MD_fetch(nullptr, "SHA256", nullptr));
  const sync::Owned<EVP_CIPHER, EVP_CIPHER_free> cipher(
      EVP_CIPHER_fetch(nullptr, "AES-256-CTR", nullptr));
  const sync::Owned<EVP_KEYMGMT, EVP_KEYMGMT_free> keys(EVP_KEYMGMT_fetch(nullptr, "EC", nullptr));
  const sync::Owned<EVP_RAND, EVP_RAND_free> random(EVP_RAND_fetch(nullptr, "CTR-DRBG", nullptr));
  const sync::Owned<EVP_KEYEXCH, EVP_KEYEXCH_free> exchange(
      EVP_KEYEXCH_fetch(nullptr, "ECDH", nullptr));
  const auto name = OSSL_PROVIDER_get0_name;
  EXPECT_STREQ(name(EVP_MD_get0_provider(hash.get())), "default");
  EXPECT_STREQ(name(EVP_CIPHER_get0_provider(cipher.get())), "default");
  EXPECT_STREQ(name(EVP_KEYMGMT_get0_provider(keys.get())), "default");
  EXPECT_STREQ(name(EVP_RAND_get0_provider(random.get())), "default");
  EXPECT_STREQ(name(EVP_KEYEXCH_get0_provider(exchange.get())), "default");
}

TEST_F(TpmTest, OrdinaryKeysGoOnWorkingBesideIt) {
  ASSERT_TRUE(sync::prepare_key(key()));
  for (const int bits : {0, 2048}) {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      const Identity own = make_identity(in("own"), {.rsa_bits = bits}, &ca_);
      const Listener server(tls_server({.identity = hub({.rsa_bits = bits}),
                                        .client_ca = ca_.certificate,
                                        .version_max = version}));
      sync::TlsEndpoint endpoint = at(server.port());
      endpoint.certificate = own.certificate;
      endpoint.key = own.key;
      const auto peer = sync::probe_tls(endpoint, kLong);
      EXPECT_TRUE(peer) << bits << ": " << peer.error().what;
    }
  }
}

TEST_F(TpmTest, SeveralThreadsMayUseItsKeyAtOnce) {
  const TlsServerSettings wanted{.identity = hub(), .client_ca = ca_.certificate};
  std::atomic<int> good = 0;
  constexpr int kThreads = 3, kTimes = 10;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i)
      threads.emplace_back([&] {
        const Listener server(tls_server(wanted));
        for (int times = 0; times < kTimes; ++times)
          if (sync::probe_tls(with_tpm(server.port()), kLong)) ++good;
      });
  }
  // A TPM without a resource manager before it has room for three objects, so some are refused
  // (0x902); none may spoil it for those after it.
  EXPECT_GT(good, 0);
  const Listener server(tls_server(wanted));
  const auto peer = sync::probe_tls(with_tpm(server.port()), kLong);
  EXPECT_TRUE(peer) << peer.error().what;
}

TEST_F(TpmTest, AKeyOfAnotherTpmIsToldSo) {
  std::string text = read_file(key());
  // The middle of the base64: the sealed part no longer fits this TPM.
  char& spoiled = text.at(text.size() / 2);
  spoiled = spoiled == 'A' ? 'B' : 'A';
  sync::TlsEndpoint endpoint = with_tpm(free_port());
  endpoint.key = in("foreign.key");
  std::ofstream(*endpoint.key) << text;
  const auto probed = sync::probe_tls(endpoint, kLong);
  ASSERT_FALSE(probed);
  EXPECT_NE(probed.error().what.find("cannot be used by the TPM"), std::string::npos)
      << probed.error().what;
}

TEST_F(TpmTest, ACertificateForAnotherKeyIsToldSo) {
  sync::TlsEndpoint endpoint = with_tpm(free_port());
  endpoint.certificate = make_identity(in("other"), {}, &ca_).certificate;
  expect_failure(endpoint, Errc::rejected, {"does not belong to"});
}

}  // namespace
}  // namespace vitalgate::test
