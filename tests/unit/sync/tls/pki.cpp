#include "tests/unit/sync/tls/pki.h"

#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "sync/tls/openssl.h"
#include "tests/support/failure.h"

namespace vitalgate::test {
namespace {

using sync::Owned;
using sync::OwnedKey;
using OwnedBio = Owned<BIO, BIO_free_all>;
using OwnedCertificate = Owned<X509, X509_free>;

void need(bool good, const char* what) {
  if (!good) throw Failure(std::string("cannot make a certificate: ") + what, "see OpenSSL");
}

OwnedBio open(const std::filesystem::path& file, const char* mode) {
  OwnedBio bio(BIO_new_file(file.c_str(), mode));
  need(bio != nullptr, file.c_str());
  return bio;
}

OwnedKey read_key(const std::filesystem::path& file) {
  OwnedKey key(PEM_read_bio_PrivateKey(open(file, "r").get(), nullptr, nullptr, nullptr));
  need(key != nullptr, "the issuer's key");
  return key;
}

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Owned<X509_EXTENSION, X509_EXTENSION_free> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  need(extension && X509_add_ext(certificate, extension.get(), -1) == 1, value.c_str());
}

void add_name(X509_NAME* name, const char* field, const std::string& text) {
  if (text.empty()) return;
  X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(text.c_str()), -1, -1, 0);
}

void write_certificate(const std::filesystem::path& file, EVP_PKEY* key, const Wanted& wanted,
                       const Identity* issuer) {
  const OwnedCertificate made(X509_new());
  X509_set_version(made.get(), X509_VERSION_3);
  std::uint32_t serial = 0;
  RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(made.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), 86400L * wanted.from_days);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 86400L * wanted.until_days);
  X509_set_pubkey(made.get(), key);
  X509_NAME* const name = X509_get_subject_name(made.get());
  add_name(name, "O", wanted.organisation);
  add_name(name, "CN", wanted.common_name);

  OwnedCertificate signer_certificate;
  OwnedKey signer_key;
  if (issuer != nullptr) {
    signer_certificate.reset(
        PEM_read_bio_X509(open(issuer->certificate, "r").get(), nullptr, nullptr, nullptr));
    signer_key = read_key(issuer->key);
    need(signer_certificate != nullptr, "the issuer's certificate");
  }
  X509* const signer = issuer != nullptr ? signer_certificate.get() : made.get();
  X509_set_issuer_name(made.get(), X509_get_subject_name(signer));
  add_extension(made.get(), signer, NID_basic_constraints,
                wanted.authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  if (!wanted.authority && !wanted.names.empty())
    add_extension(made.get(), signer, NID_subject_alt_name, wanted.names);
  need(X509_sign(made.get(), issuer != nullptr ? signer_key.get() : key, EVP_sha256()) > 0,
       "signature");
  need(PEM_write_bio_X509(open(file, "w").get(), made.get()) == 1, file.c_str());
}

}  // namespace

Identity make_identity(const std::filesystem::path& base, const Wanted& wanted,
                       const Identity* issuer) {
  const Identity made{base.string() + ".pem", base.string() + ".key"};
  const OwnedKey key(wanted.rsa_bits > 0 ? EVP_RSA_gen(static_cast<unsigned>(wanted.rsa_bits))
                                         : EVP_EC_gen("P-256"));
  need(key != nullptr, "key");
  need(PEM_write_bio_PKCS8PrivateKey(open(made.key, "w").get(), key.get(), nullptr, nullptr, 0,
                                     nullptr, nullptr) == 1,
       "key file");
  write_certificate(made.certificate, key.get(), wanted, issuer);
  return made;
}

void certify(const std::filesystem::path& file, const std::filesystem::path& public_key,
             const Wanted& wanted, const Identity& issuer) {
  const OwnedKey key(PEM_read_bio_PUBKEY(open(public_key, "r").get(), nullptr, nullptr, nullptr));
  need(key != nullptr, "public key");
  write_certificate(file, key.get(), wanted, &issuer);
}

void lock_key(const std::filesystem::path& key, const std::filesystem::path& locked,
              const std::string& passphrase) {
  need(PEM_write_bio_PKCS8PrivateKey(open(locked, "w").get(), read_key(key).get(),
                                     EVP_aes_256_cbc(), passphrase.data(),
                                     static_cast<int>(passphrase.size()), nullptr, nullptr) == 1,
       "locked key");
}

}  // namespace vitalgate::test
