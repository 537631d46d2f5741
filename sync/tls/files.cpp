#include "sync/tls/files.h"

#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

#include "sync/tls/openssl.h"
#include "sync/tls/pem_file.h"
#include "sync/tls/providers.h"
#include "sync/tls/token.h"

namespace vitalgate::sync {
namespace {

Error about(std::string_view what, const Error& error, std::string_view key) {
  return {error.code, std::string(what).append(": ").append(error.what),
          std::string(error.hint).append(" (").append(key).append(")")};
}

Error unusable(std::string_view what, std::string why, std::string hint) {
  return {Errc::rejected, std::string(what).append(" ").append(why), std::move(hint)};
}

Result<> load_ca(SSL_CTX* context, const std::filesystem::path& file) {
  constexpr std::string_view kWhat = "the CA file";
  const auto content = look_at_pem(file);
  if (!content) return about(kWhat, content.error(), "destination.ca");
  if (!content->certificate)
    return unusable(kWhat,
                    file.string() + (content->key || content->locked || content->tpm_key
                                         ? " holds a private key and no certificate"
                                         : " holds no certificate"),
                    "ask the hub's operator for the CA certificate in PEM form (destination.ca)");
  // A store of its own: nothing that the system or a library trusts comes along.
  Owned<X509_STORE, X509_STORE_free> store(X509_STORE_new());
  VG_CHECK(store != nullptr);
  ERR_clear_error();
  if (X509_STORE_load_file(store.get(), file.c_str()) != 1)
    return unusable(kWhat, file.string() + " is damaged: " + queued_reason(),
                    "copy the hub's CA certificate there again (destination.ca)");
  SSL_CTX_set_cert_store(context, store.release());
  return {};
}

Result<> load_certificate(SSL_CTX* context, const std::filesystem::path& file) {
  constexpr std::string_view kWhat = "the gateway's certificate";
  const auto content = look_at_pem(file);
  if (!content) return about(kWhat, content.error(), "destination.certificate");
  if (!content->certificate)
    return unusable(kWhat, file.string() + " holds no certificate",
                    content->key ? "destination.certificate and destination.key may be swapped"
                                 : "destination.certificate must be a PEM certificate");
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(context, file.c_str()) == 1) return {};
  if (ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_EE_KEY_TOO_SMALL ||
      ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_CA_MD_TOO_WEAK) {
    ERR_clear_error();
    return unusable(kWhat, file.string() + " has a key or a signature that is too weak",
                    "have it issued with EC P-256 or RSA 2048, signed with SHA-256");
  }
  return unusable(kWhat, file.string() + " cannot be used: " + queued_reason(),
                  "copy it there again: each certificate whole, its issuers behind it");
}

Error foreign_key(const std::filesystem::path& key, const std::filesystem::path& certificate) {
  return unusable("the key", key.string() + " does not belong to " + certificate.string(),
                  "install the certificate that was issued for this key, or the key it was "
                  "requested with");
}

// The key of a file, without ever asking a terminal for a passphrase.
Result<OwnedKey> read_key(const std::filesystem::path& file) {
  constexpr std::string_view kWhat = "the key";
  const auto content = look_at_pem(file);
  if (!content) return about(kWhat, content.error(), "destination.key");
  if (content->locked)
    return unusable(kWhat, file.string() + " is locked with a passphrase",
                    "nobody is there to type it: unlock it with openssl pkey -in FILE -out NEW and "
                    "protect NEW as a systemd credential (docs/delivery.md)");
  if (!content->key && !content->tpm_key)
    return unusable(kWhat, file.string() + " holds no private key",
                    content->certificate
                        ? "destination.certificate and destination.key may be swapped"
                        : "destination.key must be a PEM private key");
  const Owned<BIO, BIO_free_all> bio(BIO_new_file(file.c_str(), "r"));
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  ERR_clear_error();
  if (bio) {
    OwnedKey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
    if (key) return key;
  }
  const std::string reason = queued_reason();
  if (content->tpm_key)
    return Error{Errc::unavailable,
                 "the key " + file.string() + " cannot be used by the TPM: " + reason,
                 "it works only in the TPM that made it, and the agent must be in the group tss: "
                 "ls -l /dev/tpmrm0"};
  return unusable(kWhat, file.string() + " is damaged: " + reason, "copy it there again");
}

}  // namespace

TlsFiles files_of(const config::DestinationSettings& settings) {
  return {settings.ca, settings.certificate, settings.key};
}

Result<> load_files(ssl_ctx_st& context, const TlsFiles& files) {
  VG_TRY(load_ca(&context, files.ca));
  if (!files.certificate || !files.key) return {};
  VG_TRY(load_certificate(&context, *files.certificate));
  VG_TRY(prepare_key(*files.key));
  const OwnedKey key =
      is_in_token(*files.key) ? VG_TRY(load_from_token(*files.key)) : VG_TRY(read_key(*files.key));
  ERR_clear_error();
  if (SSL_CTX_use_PrivateKey(&context, key.get()) != 1 ||
      SSL_CTX_check_private_key(&context) != 1) {
    ERR_clear_error();
    return foreign_key(*files.key, *files.certificate);
  }
  return {};
}

}  // namespace vitalgate::sync
