// Authorities and certificates with any mistake in them, made in this process: quicker than the
// openssl command, and free in dates, names and keys.
#pragma once

#include <filesystem>
#include <string>

namespace vitalgate::test {

struct Wanted {
  std::string common_name = "localhost";
  std::string organisation = {};
  std::string names = "DNS:localhost,IP:127.0.0.1";  // OpenSSL's subjectAltName; empty: none
  int from_days = -1;                                // from now
  int until_days = 90;
  int rsa_bits = 0;  // 0: EC P-256
  bool authority = false;
};

struct Identity {
  std::filesystem::path certificate;  // PEM
  std::filesystem::path key;          // PEM
};

// A key and a certificate of `wanted` as `base`.pem and `base`.key; signed by `issuer`, or by
// itself without one.
Identity make_identity(const std::filesystem::path& base, const Wanted& wanted,
                       const Identity* issuer = nullptr);

// A certificate for a public key that is already there (PEM), as `file`.
void certify(const std::filesystem::path& file, const std::filesystem::path& public_key,
             const Wanted& wanted, const Identity& issuer);

// The same key under a passphrase.
void lock_key(const std::filesystem::path& key, const std::filesystem::path& locked,
              const std::string& passphrase);

}  // namespace vitalgate::test
