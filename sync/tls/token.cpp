// The engine interface is deprecated in OpenSSL 3, and all that Debian 12 has for PKCS#11.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "sync/tls/token.h"

#include <openssl/engine.h>

#include <fstream>
#include <mutex>
#include <set>
#include <string>

#include "agent/core/text.h"
#include "config/pkcs11_key.h"
#include "sync/batch/digest.h"

namespace vitalgate::sync {
namespace {

constexpr int kPinIncorrect = 0xa0, kPinLocked = 0xa4;  // PKCS #11: CKR_PIN_*

Error absent(std::string what, std::string hint) {
  return {Errc::unavailable, std::move(what), std::move(hint)};
}

// The one engine of the process; kept until it ends, as keys of it may be in use.
Result<ENGINE*> engine(const std::string& module) {
  static ENGINE* loaded = nullptr;
  static std::string module_of_it;
  if (loaded != nullptr && module == module_of_it) return loaded;
  if (loaded != nullptr)
    return Error{Errc::rejected, "two destinations name different PKCS#11 modules",
                 "use the same module-path for all of them"};
  ERR_clear_error();
  ENGINE_load_dynamic();
  ENGINE* const found = ENGINE_by_id("pkcs11");
  if (found == nullptr)
    return absent("OpenSSL cannot use PKCS#11 tokens: " + queued_reason(),
                  "apt-get install libengine-pkcs11-openssl");
  if ((!module.empty() && ENGINE_ctrl_cmd_string(found, "MODULE_PATH", module.c_str(), 0) != 1) ||
      ENGINE_init(found) != 1) {
    ENGINE_free(found);
    return absent("the PKCS#11 engine does not start: " + queued_reason(),
                  "check module-path in destination.key");
  }
  loaded = found;
  module_of_it = module;
  return loaded;
}

Result<std::string> read_pin(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::string line;
  if (std::getline(stream, line)) return std::string(trim(line));
  return Error{Errc::rejected, "the PIN file " + file.string() + " cannot be read or is empty",
               "correct pin-source in destination.key"};
}

// What the token said: the newest error is the engine's own and says nothing.
Error refused(const config::Pkcs11Key& key, bool& wrong_pin) {
  bool locked = false, no_module = false;
  std::string reason;
  for (unsigned long code = ERR_get_error(); code != 0; code = ERR_get_error()) {
    const char* library = ERR_lib_error_string(code);
    const bool token = library != nullptr && std::string_view(library) == "PKCS#11 module";
    wrong_pin = wrong_pin || (token && ERR_GET_REASON(code) == kPinIncorrect);
    locked = locked || (token && ERR_GET_REASON(code) == kPinLocked);
    const char* text = ERR_reason_error_string(code);
    if (text == nullptr) continue;
    no_module = no_module || std::string_view(text).find("load PKCS#11") != std::string_view::npos;
    if (reason.empty()) reason = text;
  }
  const std::string name = "the key " + key.uri;
  if (locked)
    return {Errc::rejected, "the token with " + name + " is locked after wrong PINs",
            "unlock it with the token's own tool"};
  if (wrong_pin)
    return {Errc::rejected, "the token refuses the PIN for " + name,
            "correct the PIN file, then restart; a few wrong PINs lock a token"};
  if (no_module)
    return absent(
        "the PKCS#11 module " + key.module.value_or("of p11-kit").string() + " cannot be loaded",
        "install the token's driver, and check module-path in destination.key");
  return absent("no token has " + name + (reason.empty() ? "" : ": " + reason),
                "plug the token in; list what is there: p11tool --list-all, or pkcs11-tool -O");
}

}  // namespace

Result<OwnedKey> load_from_token(const std::filesystem::path& text) {
  static std::mutex mutex;
  static std::set<std::string> refused_pins;
  const auto parsed = config::parse_pkcs11_key(text.native());
  if (!parsed.what.empty())
    return Error{Errc::rejected, "destination.key " + parsed.what, parsed.remedy};
  const std::scoped_lock lock(mutex);
  ENGINE* const found = VG_TRY(engine(parsed.key.module.value_or("").string()));
  std::string tried;
  if (parsed.key.pin_file) {
    const std::string pin = VG_TRY(read_pin(*parsed.key.pin_file));
    tried = sha256(parsed.key.uri + '\n' + pin);
    if (refused_pins.contains(tried))
      return Error{Errc::rejected, "the token refused this PIN for the key " + parsed.key.uri,
                   "correct the PIN file; it is not tried again, a few wrong PINs lock a token"};
    ENGINE_ctrl_cmd_string(found, "PIN", pin.c_str(), 0);
  }
  ERR_clear_error();
  OwnedKey key(ENGINE_load_private_key(found, parsed.key.uri.c_str(), nullptr, nullptr));
  if (key) return key;
  bool wrong_pin = false;
  Error error = refused(parsed.key, wrong_pin);
  if (wrong_pin) refused_pins.insert(tried);
  return error;
}

}  // namespace vitalgate::sync
