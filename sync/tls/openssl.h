// OpenSSL inside this folder: ownership, and its words. Not for other rooms.
#pragma once

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace vitalgate::sync {

template <auto Free>
struct OpensslDeleter {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
template <class T, auto Free>
using Owned = std::unique_ptr<T, OpensslDeleter<Free>>;

using OwnedContext = Owned<SSL_CTX, SSL_CTX_free>;
using OwnedKey = Owned<EVP_PKEY, EVP_PKEY_free>;

// Why the last call of this thread failed; forgets it and what led to it.
inline std::string queued_reason() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  std::string text = reason == nullptr ? "unknown" : reason;
  ERR_clear_error();
  return text;
}

}  // namespace vitalgate::sync
