// A private key inside a PKCS#11 token: a smart card, an HSM, a secure element.
//
// Debian 12 has no OpenSSL provider for it, only the engine of libengine-pkcs11-openssl. Only
// files.cpp includes this.
#pragma once

#include <filesystem>

#include "agent/core/result.h"
#include "sync/tls/openssl.h"

namespace vitalgate::sync {

// The key behind "pkcs11:...". It stays in the token, which signs with it. `unavailable` when the
// engine or the token is not there; `rejected` when the PIN or the name is wrong. A PIN that the
// token refused is not tried again in this process: tokens lock themselves after a few. Any thread,
// one at a time.
Result<OwnedKey> load_from_token(const std::filesystem::path& key);

}  // namespace vitalgate::sync
