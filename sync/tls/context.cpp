#include "sync/tls/context.h"

#include "sync/tls/openssl.h"

namespace vitalgate::sync {

Result<> apply_policy(ssl_ctx_st& context, const TlsFiles& files) {
  // These fail only for a name that OpenSSL does not know: a bug, not an input.
  VG_CHECK(SSL_CTX_set_min_proto_version(&context, TLS1_2_VERSION) == 1);
  VG_CHECK(SSL_CTX_set_max_proto_version(&context, 0) == 1);
  VG_CHECK(SSL_CTX_set_cipher_list(&context, kTlsCiphers) == 1);
  SSL_CTX_set_security_level(&context, 2);
  SSL_CTX_set_options(&context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // Without a callback: nobody can wave a certificate through.
  SSL_CTX_set_verify(&context, SSL_VERIFY_PEER, nullptr);
  return load_files(context, files);
}

}  // namespace vitalgate::sync
