#include "sync/tls/providers.h"

#include "config/pkcs11_key.h"
#include "sync/tls/pem_file.h"
#include "sync/tls/tpm_provider.h"

namespace vitalgate::sync {

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
