// The part of OpenSSL's provider tpm2 that a TLS client needs, made safe to have in a process.
//
// Loaded as it is (tpm2-openssl 1.1.1, OpenSSL 3.0), the provider breaks more than it brings:
//   - OpenSSL takes a TPM's key over into its own implementation, as far as it can be read: without
//     its private half. The handshake then fails. Preferring the provider sends every check of a
//     peer's signature to the TPM instead, which runs out of room.
//   - Two threads in it at once end in "Esys called in bad sequence", for good.
// So only its keys, signatures and decoders are offered; a key is never handed out for private use;
// and one thread at a time is inside. Only providers.cpp includes this.
#pragma once

#include "agent/core/result.h"

namespace vitalgate::sync {

// Once a process. `unavailable` when the module or the TPM is not there; may be tried again.
Result<> load_tpm_provider();

}  // namespace vitalgate::sync
