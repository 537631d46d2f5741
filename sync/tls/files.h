// What a TLS connection trusts and who this gateway says it is.
#pragma once

#include <filesystem>
#include <optional>

#include "agent/core/result.h"
#include "config/settings.h"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace vitalgate::sync {

struct TlsFiles {
  std::filesystem::path ca;                          // PEM, one or more
  std::optional<std::filesystem::path> certificate;  // PEM, its issuers behind it
  // PEM, in clear or sealed by a TPM; or "pkcs11:...", a key inside a token (providers.h).
  std::optional<std::filesystem::path> key;
};

TlsFiles files_of(const config::DestinationSettings& settings);

// Loads `files` into `context`. What it trusted before is forgotten. Errors are `rejected` and say
// which file is wrong and how; `unavailable` when the TPM or the token is not there now. Reads
// files, and talks with the TPM or the token: up to some seconds. Any thread.
Result<> load_files(ssl_ctx_st& context, const TlsFiles& files);

}  // namespace vitalgate::sync
