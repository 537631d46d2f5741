#include "sync/buffer/recovery_key.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "agent/core/check.h"
#include "sync/batch/digest.h"

namespace vitalgate::sync {
namespace {

constexpr int kBitsMade = 3072;
constexpr int kBitsMin = 3072;
constexpr int kBitsMax = 8192;

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Context = std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>>;
using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

int no_passphrase(char*, int, int, void*) { return -1; }

bool is_strong_rsa(EVP_PKEY* key) {
  return EVP_PKEY_is_a(key, "RSA") == 1 && EVP_PKEY_get_bits(key) >= kBitsMin &&
         EVP_PKEY_get_bits(key) <= kBitsMax;
}

std::string der_of(EVP_PKEY* key) {
  std::string der(static_cast<std::size_t>(std::max(0, i2d_PUBKEY(key, nullptr))), '\0');
  unsigned char* at = bytes_of(der);
  VG_CHECK(!der.empty() && i2d_PUBKEY(key, &at) == static_cast<int>(der.size()));
  return der;
}

// OAEP with SHA-256, for the text that `label` names.
void use_oaep(EVP_PKEY_CTX* context, std::string_view label) {
  VG_CHECK(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1);
  VG_CHECK(EVP_PKEY_CTX_set_rsa_oaep_md_name(context, "SHA256", nullptr) == 1);
  VG_CHECK(EVP_PKEY_CTX_set_rsa_mgf1_md_name(context, "SHA256", nullptr) == 1);
  void* const copy = OPENSSL_memdup(label.data(), label.size());
  VG_CHECK(copy != nullptr &&
           EVP_PKEY_CTX_set0_rsa_oaep_label(context, copy, static_cast<int>(label.size())) == 1);
}

std::string contents(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace

struct RecoveryKey::Impl {
  Key key;
};

RecoveryKey::RecoveryKey(std::unique_ptr<Impl> impl)
    : impl_(std::move(impl)), der_(der_of(impl_->key.get())) {}
RecoveryKey::RecoveryKey(RecoveryKey&&) noexcept = default;
RecoveryKey& RecoveryKey::operator=(RecoveryKey&&) noexcept = default;
RecoveryKey::~RecoveryKey() = default;

Result<RecoveryKey> RecoveryKey::read(const std::filesystem::path& file, bool is_private) {
  const std::string half = is_private ? "private" : "public";
  errno = 0;
  const Bio bio(BIO_new_file(file.c_str(), "r"));
  if (bio == nullptr) {
    const int number = errno;
    ERR_clear_error();
    return Error{Errc::rejected,
                 std::string("the recovery key ")
                     .append(file.string())
                     .append(": ")
                     .append(std::generic_category().message(number)),
                 is_private ? "name the file with the private half"
                            : "put the public half there: buffer.recovery_key"};
  }
  Key key(is_private ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr)
                     : PEM_read_bio_PUBKEY(bio.get(), nullptr, no_passphrase, nullptr));
  ERR_clear_error();
  if (key == nullptr)
    return Error{Errc::rejected,
                 std::string("the recovery key ")
                     .append(file.string())
                     .append(" is no ")
                     .append(half)
                     .append(" key in PEM form"),
                 is_private
                     ? "a passphrase is taken off with: openssl pkey -in FILE -out PLAIN_FILE"
                     : std::string("make it from the private half: openssl pkey -pubout -in FILE")};
  if (!is_strong_rsa(key.get()))
    return Error{Errc::rejected,
                 std::string("the recovery key ")
                     .append(file.string())
                     .append(" is not an RSA key of 3072 to 8192 bits"),
                 "make another: vitalgate buffer new-recovery-key PRIVATE.pem PUBLIC.pem"};
  return RecoveryKey(std::make_unique<Impl>(Impl{std::move(key)}));
}

Result<RecoveryKey> RecoveryKey::read_public(const std::filesystem::path& file) {
  return read(file, false);
}
Result<RecoveryKey> RecoveryKey::read_private(const std::filesystem::path& file) {
  return read(file, true);
}

Result<RecoveryKey> RecoveryKey::from_der(std::string_view der) {
  const unsigned char* at = bytes_of(der);
  Key key(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
  ERR_clear_error();
  if (key == nullptr || at != bytes_of(der) + der.size() || !is_strong_rsa(key.get()))
    return Error{Errc::corrupt, "the recovery key of the key file is no RSA key", {}};
  return RecoveryKey(std::make_unique<Impl>(Impl{std::move(key)}));
}

std::string RecoveryKey::fingerprint() const { return sha256_hex(der_).substr(0, 10); }

std::string RecoveryKey::wrap(const Secret& secret, std::string_view label) const {
  const Context context(EVP_PKEY_CTX_new_from_pkey(nullptr, impl_->key.get(), nullptr));
  VG_CHECK(context != nullptr && EVP_PKEY_encrypt_init(context.get()) == 1);
  use_oaep(context.get(), label);
  std::string out(static_cast<std::size_t>(EVP_PKEY_get_size(impl_->key.get())), '\0');
  std::size_t size = out.size();
  VG_CHECK(EVP_PKEY_encrypt(context.get(), bytes_of(out), &size, secret.bytes().data(),
                            Secret::kSize) == 1);
  out.resize(size);
  return out;
}

Result<Secret> RecoveryKey::unwrap(std::string_view wrapped, std::string_view label) const {
  const Context context(EVP_PKEY_CTX_new_from_pkey(nullptr, impl_->key.get(), nullptr));
  VG_CHECK(context != nullptr && EVP_PKEY_decrypt_init(context.get()) == 1);
  use_oaep(context.get(), label);
  std::string plain(static_cast<std::size_t>(EVP_PKEY_get_size(impl_->key.get())), '\0');
  std::size_t size = plain.size();
  const int outcome =
      EVP_PKEY_decrypt(context.get(), bytes_of(plain), &size, bytes_of(wrapped), wrapped.size());
  ERR_clear_error();
  Secret secret;
  const bool opened = outcome == 1 && size == Secret::kSize;
  if (opened) std::copy_n(bytes_of(plain), Secret::kSize, secret.bytes().begin());
  OPENSSL_cleanse(plain.data(), plain.size());
  if (!opened) return Error{Errc::corrupt, "a key was not wrapped for this recovery key", {}};
  return secret;
}

RecoveryPair make_recovery_pair() {
  const Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{kBitsMade}));
  const Bio private_half(BIO_new(BIO_s_secmem()));
  const Bio public_half(BIO_new(BIO_s_mem()));
  VG_CHECK(key != nullptr && private_half != nullptr && public_half != nullptr);
  VG_CHECK(PEM_write_bio_PKCS8PrivateKey(private_half.get(), key.get(), nullptr, nullptr, 0,
                                         nullptr, nullptr) == 1);
  VG_CHECK(PEM_write_bio_PUBKEY(public_half.get(), key.get()) == 1);
  return {contents(private_half.get()), contents(public_half.get())};
}

}  // namespace vitalgate::sync
