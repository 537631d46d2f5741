// vitalgate buffer recover: opens a buffer whose key is lost with the recovery key.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "agent/cli/connection.h"
#include "config/loader.h"
#include "firmware-bridge/sources.h"
#include "sync/buffer/keyring.h"

namespace vitalgate::cli {
namespace {

// Files that root wrote are to be the daemon's.
void give_to_owner(const std::filesystem::path& directory) {
  struct stat owner {};
  if (::geteuid() != 0 || ::stat(directory.c_str(), &owner) != 0) return;
  for (const char* name : {"keys.a", "keys.b"})
    if (::lchown((directory / name).c_str(), owner.st_uid, owner.st_gid) != 0 && errno != ENOENT)
      fmt::print(stderr, "vitalgate: {} is not the daemon's yet\nTry: chown --reference={} {}\n",
                 (directory / name).string(), directory.string(), (directory / name).string());
}

}  // namespace

Exit recover_buffer(const Globals& globals, const std::string& config_file,
                    const std::string& private_key) {
  const auto loaded = config::load(config_file, {.drivers = bridge::driver_names()});
  if (!loaded.settings)
    return fail(globals, Exit::invalid, config_file + " is not valid",
                "vitalgate config validate " + config_file);
  const config::Settings& settings = *loaded.settings;
  Globals daemon;
  daemon.socket = settings.control.socket;
  const Connection connection(daemon, {{"verb", "status"}});
  if (!connection.failure() || connection.has_reached() ||
      connection.failure()->code != Exit::unreachable)
    return fail(globals, Exit::failure, "vitalgated runs: it has the buffer and its key",
                "systemctl stop vitalgated, then the same again");
  const sync::KeySettings keys{.reference = settings.buffer.key,
                               .old_reference = {},
                               .recovery_public = settings.buffer.recovery_key.value_or("")};
  const auto key = sync::read_key(keys.reference);
  if (!key && keys.reference.starts_with("cred:") && ::getenv("CREDENTIALS_DIRECTORY") == nullptr)
    return fail(globals, Exit::failure, key.error().what,
                "CREDENTIALS_DIRECTORY=FOLDER vitalgate buffer recover ..., with the new key in "
                "FOLDER for that time: systemd-creds decrypt");
  const auto recovered =
      sync::Keyring::recover(sync::system_disk(), settings.buffer.directory, private_key, keys);
  give_to_owner(settings.buffer.directory);
  if (!recovered)
    return fail(globals, Exit::failure, recovered.error().what, recovered.error().hint);
  const std::string name = key ? sync::fingerprint(*key) : std::string();
  if (globals.json)
    fmt::print("{}\n", nlohmann::json{{"schema", "vitalgate.recovered/1"},
                                      {"directory", settings.buffer.directory.string()},
                                      {"fingerprint", name}}
                           .dump());
  else if (!globals.quiet)
    fmt::print(
        "The buffer in {} opens with {} (fingerprint {}) from now on.\n"
        "Now: systemctl start vitalgated\n",
        settings.buffer.directory.string(), keys.reference, name);
  return Exit::ok;
}

}  // namespace vitalgate::cli
