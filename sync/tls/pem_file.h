// What a PEM file holds, told from its headings alone.
#pragma once

#include <filesystem>

#include "agent/core/result.h"

namespace vitalgate::sync {

struct PemContent {
  bool certificate = false;
  bool key = false;      // in clear
  bool locked = false;   // a key that asks for a passphrase
  bool tpm_key = false;  // a key that only the TPM which made it can use
};

// `rejected` when the file is missing, may not be read, or has no PEM heading at all.
Result<PemContent> look_at_pem(const std::filesystem::path& file);

}  // namespace vitalgate::sync
