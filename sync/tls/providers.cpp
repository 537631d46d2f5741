#include "sync/tls/providers.h"

#include <openssl/provider.h>

#include <mutex>

#include "config/pkcs11_key.h"
#include "sync/tls/openssl.h"
#include "sync/tls/pem_file.h"

namespace vitalgate::sync {
namespace {

// Providers stay until the process ends: keys of theirs may be in use anywhere.
Result<> load_tpm_provider() {
  static std::mutex mutex;
  static bool loaded = false;
  const std::scoped_lock lock(mutex);
  if (loaded) return {};
  ERR_clear_error();
  // A provider that is named turns off the silent loading of the default one; and without the
  // preference hashes and ciphers of the whole process might go to the TPM, a thousand times
  // slower.
  VG_CHECK(OSSL_PROVIDER_load(nullptr, "default") != nullptr);
  VG_CHECK(EVP_set_default_properties(nullptr, "?provider=default") == 1);
  loaded = OSSL_PROVIDER_load(nullptr, "tpm2") != nullptr;
  if (loaded) return {};
  return Error{Errc::unavailable, "the TPM cannot be used: " + queued_reason(),
               "apt-get install tpm2-openssl, let the agent into the group tss, and look for the "
               "TPM: ls -l /dev/tpmrm0"};
}

}  // namespace

bool is_in_token(const std::filesystem::path& key) {
  return key.native().starts_with(config::kPkcs11Scheme);
}

Result<> prepare_key(const std::filesystem::path& key) {
  if (is_in_token(key)) return {};
  const auto content = look_at_pem(key);
  // A file that is missing or wrong is told by whoever loads it.
  return content && content->tpm_key ? load_tpm_provider() : Result<>{};
}

}  // namespace vitalgate::sync
