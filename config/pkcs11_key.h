// A private key that stays inside a token, as RFC 7512 writes it:
//
//   pkcs11:token=LABEL;object=LABEL;pin-source=file:/path;module-path=/path
//
// token or serial, and object or id, say which key. pin-source is a file or a credential
// (cred:NAME); a PIN itself is refused here. module-path is the token's driver; without it
// p11-kit's list counts. Pure but for the environment variable of credentials. Any thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace vitalgate::config {

inline constexpr std::string_view kPkcs11Scheme = "pkcs11:";

struct Pkcs11Key {
  std::string uri;  // of the key alone: never a secret
  std::optional<std::filesystem::path> pin_file;
  std::optional<std::filesystem::path> module;
};

struct ParsedPkcs11Key {
  Pkcs11Key key;
  std::optional<std::string> pin_source;  // as written, for a check of the file
  std::string what;                       // what is wrong, as a clause; never repeats the text
  std::string remedy;
};

ParsedPkcs11Key parse_pkcs11_key(std::string_view text);

}  // namespace vitalgate::config
