// Keys that no file holds in clear: in a TPM, or in a PKCS#11 token.
//
// A TPM's key is a PEM file of the heading TSS2 PRIVATE KEY, which OpenSSL's provider tpm2 (Debian:
// tpm2-openssl) understands once it is loaded: then every library of the process can use the file,
// Paho included. A token's key is named "pkcs11:..." (config/pkcs11_key.h) and reaches only what
// has an SSL_CTX to put it in: libcurl and the probe.
#pragma once

#include <filesystem>

#include "agent/core/result.h"

namespace vitalgate::sync {

// "pkcs11:..." stands where a path would.
bool is_in_token(const std::filesystem::path& key);

// Makes the process able to use `key`; for an ordinary file, and the second time, nothing is done.
// Must have succeeded before a library other than load_files() reads the file. Everything that is
// not the TPM's key goes on being done by OpenSSL itself. `unavailable` when the TPM or its
// provider is not there. Any thread; best before the first connection.
Result<> prepare_key(const std::filesystem::path& key);

}  // namespace vitalgate::sync
