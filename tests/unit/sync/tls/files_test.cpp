// What is wrong with a file, before anything goes over the network.
#include "sync/tls/files.h"

#include <openssl/ssl.h>

#include <fstream>

#include "sync/tls/context.h"
#include "sync/tls/openssl.h"
#include "tests/support/network.h"
#include "tests/unit/sync/tls/probe_fixture.h"

namespace vitalgate::test {
namespace {

class FilesTest : public ProbeFixture {
 protected:
  void expect_flaw(const sync::TlsFiles& files, const std::vector<std::string>& words) const {
    sync::TlsEndpoint endpoint = at(free_port());  // nobody listens: the file is told first
    endpoint.ca = files.ca;
    endpoint.certificate = files.certificate;
    endpoint.key = files.key;
    expect_failure(endpoint, Errc::rejected, words);
  }

  [[nodiscard]] std::filesystem::path written(const std::string& name,
                                              const std::string& text) const {
    std::ofstream(in(name)) << text;
    return in(name);
  }

  [[nodiscard]] sync::TlsFiles own() const { return {ca_.certificate, own_.certificate, own_.key}; }

  Identity own_ = make_identity(in("gateway"), {}, &ca_);
};

TEST_F(FilesTest, AGoodSetLoadsAndReplacesWhatWasTrusted) {
  const sync::OwnedContext context(SSL_CTX_new(TLS_client_method()));
  X509_STORE* const before = SSL_CTX_get_cert_store(context.get());
  const auto loaded = sync::apply_policy(*context, own());
  ASSERT_TRUE(loaded) << loaded.error().what;
  EXPECT_NE(SSL_CTX_get_cert_store(context.get()), before);
  EXPECT_EQ(SSL_CTX_get_min_proto_version(context.get()), TLS1_2_VERSION);
  EXPECT_EQ(SSL_CTX_get_security_level(context.get()), 2);
  EXPECT_EQ(SSL_CTX_get_verify_mode(context.get()), SSL_VERIFY_PEER);
  EXPECT_NE(SSL_CTX_get0_privatekey(context.get()), nullptr);
}

TEST_F(FilesTest, TheCaMayBeMissing) {
  expect_flaw({in("none.pem"), {}, {}}, {"the CA file", "none.pem is not there", "destination.ca"});
}

TEST_F(FilesTest, TheCaMayBeAnotherKindOfFile) {
  expect_flaw({written("note.txt", "see the other folder\n"), {}, {}}, {"is not a PEM file"});
  expect_flaw({written("empty.pem", ""), {}, {}}, {"is not a PEM file"});
  expect_flaw({folder_.path(), {}, {}}, {"cannot be read"});
}

TEST_F(FilesTest, TheCaMayBeAKey) {
  expect_flaw({own_.key, {}, {}}, {"holds a private key and no certificate"});
}

TEST_F(FilesTest, TheCaMayBeDamaged) {
  expect_flaw({written("cut.pem", "-----BEGIN CERTIFICATE-----\nMIIB\n"), {}, {}},
              {"cut.pem is damaged"});
}

TEST_F(FilesTest, CertificateAndKeyMayBeSwapped) {
  expect_flaw({ca_.certificate, own_.key, own_.certificate},
              {"holds no certificate", "may be swapped"});
  expect_flaw({ca_.certificate, own_.certificate, own_.certificate},
              {"holds no private key", "may be swapped"});
}

TEST_F(FilesTest, TheKeyMayBeAnothers) {
  const Identity other = make_identity(in("other"), {});
  expect_flaw({ca_.certificate, own_.certificate, other.key}, {"does not belong to"});
  const Identity rsa = make_identity(in("rsa"), {.rsa_bits = 2048});
  expect_flaw({ca_.certificate, own_.certificate, rsa.key}, {"does not belong to"});
}

TEST_F(FilesTest, TheKeyMayBeLocked) {
  lock_key(own_.key, in("locked.key"), "secret");
  expect_flaw({ca_.certificate, own_.certificate, in("locked.key")},
              {"locked with a passphrase", "openssl pkey"});
}

TEST_F(FilesTest, TheKeyMayBeMissingOrDamaged) {
  expect_flaw({ca_.certificate, own_.certificate, in("none.key")},
              {"the key", "is not there", "destination.key"});
  expect_flaw(
      {ca_.certificate, own_.certificate,
       written("cut.key", "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n")},
      {"cut.key is damaged"});
}

TEST_F(FilesTest, OurOwnKeyMayBeTooWeak) {
  const Identity weak = make_identity(in("weak"), {.rsa_bits = 1024}, &ca_);
  expect_flaw({ca_.certificate, weak.certificate, weak.key}, {"too weak", "P-256"});
}

}  // namespace
}  // namespace vitalgate::test
