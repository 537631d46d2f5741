// vitalgate buffer new-key, new-recovery-key: keys are made here, on the box that needs them, and
// are never printed.
#include <fcntl.h>
#include <fmt/format.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <iterator>
#include <nlohmann/json.hpp>
#include <system_error>

#include "agent/cli/command.h"
#include "agent/core/result.h"
#include "sync/buffer/keyring.h"
#include "sync/buffer/recovery_key.h"

namespace vitalgate::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr mode_t kPrivate = 0400;
constexpr mode_t kPublic = 0444;

Error cannot_make(const std::string& file, int number) {
  if (number == EEXIST)
    return {Errc::rejected, file + " is there already; a key is never overwritten",
            "choose another name"};
  return {Errc::rejected,
          fmt::format("cannot write {}: {}", file, std::generic_category().message(number)),
          number == EACCES ? "run it with sudo" : "choose another folder"};
}

bool write_whole(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t count = ::write(fd, content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(count));
  }
  return ::fsync(fd) == 0;
}

// A new file, or none.
Result<> make_file(const std::string& file, mode_t mode, std::string_view content) {
  const int fd =
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kPrivate);
  if (fd < 0) return cannot_make(file, errno);
  // As asked, whatever the umask is.
  const bool written = write_whole(fd, content) && ::fchmod(fd, mode) == 0;
  const int number = errno;
  ::close(fd);
  if (written) return {};
  ::unlink(file.c_str());
  return cannot_make(file, number);
}

std::string hex_of(const sync::Secret& key) {
  std::string text;
  text.reserve(2 * sync::Secret::kSize + 1);
  for (const unsigned char byte : key.bytes())
    fmt::format_to(std::back_inserter(text), "{:02x}", byte);
  text.push_back('\n');
  return text;
}

void wipe(std::string& text) { ::explicit_bzero(text.data(), text.size()); }

std::string absolute(const std::string& file) {
  std::error_code error;
  const auto path = std::filesystem::absolute(file, error);
  return error ? file : path.lexically_normal().string();
}

}  // namespace

Exit new_buffer_key(const Globals& globals, const std::string& file) {
  const std::string path = absolute(file);
  const sync::Secret key = sync::Secret::random();
  std::string text = hex_of(key);
  const Result<> made = make_file(path, kPrivate, text);
  wipe(text);
  if (!made) return fail(globals, Exit::failure, made.error().what, made.error().hint);
  const std::string name = sync::fingerprint(key);
  if (globals.json) {
    const Json json{{"schema", "vitalgate.key/1"},
                    {"file", path},
                    {"fingerprint", name},
                    {"setting", "buffer.key = \"file:" + path + "\""}};
    fmt::print("{}\n", json.dump());
  } else if (globals.quiet) {
    fmt::print("{}\n", name);
  } else {
    fmt::print(R"(Made      {0}
Name      {1}   (its fingerprint: messages call it so)
Keep      a copy in a safe place: without this key nobody can read the buffer.

As a credential of the service (sealed to this box; best):
  mkdir -p /etc/credstore.encrypted
  systemd-creds encrypt --name=buffer.key {0} /etc/credstore.encrypted/buffer.key
  shred -u {0}
and in the configuration, where it is the default:
  [buffer]
  key = "cred:buffer.key"

Or as a file:
  chown vitalgated {0}
  [buffer]
  key = "file:{0}"
)",
               path, name);
  }
  return Exit::ok;
}

Exit new_recovery_key(const Globals& globals, const std::string& private_file,
                      const std::string& public_file) {
  const std::string private_path = absolute(private_file);
  const std::string public_path = absolute(public_file);
  if (::access(public_path.c_str(), F_OK) == 0) {
    const Error error = cannot_make(public_path, EEXIST);
    return fail(globals, Exit::failure, error.what, error.hint);
  }
  sync::RecoveryPair pair = sync::make_recovery_pair();
  Result<> made = make_file(private_path, kPrivate, pair.private_pem);
  wipe(pair.private_pem);
  if (!made) return fail(globals, Exit::failure, made.error().what, made.error().hint);
  made = make_file(public_path, kPublic, pair.public_pem);
  const auto key =
      made ? sync::RecoveryKey::read_public(public_path) : Result<sync::RecoveryKey>(made.error());
  if (!key) {
    ::unlink(private_path.c_str());  // one half alone is of no use
    return fail(globals, Exit::failure, key.error().what, key.error().hint);
  }
  const std::string name = key->fingerprint();
  if (globals.json) {
    const Json json{{"schema", "vitalgate.recovery_key/1"},
                    {"private", private_path},
                    {"public", public_path},
                    {"fingerprint", name},
                    {"setting", "buffer.recovery_key = \"file:" + public_path + "\""}};
    fmt::print("{}\n", json.dump());
  } else if (globals.quiet) {
    fmt::print("{}\n", name);
  } else {
    fmt::print(R"(Made      {0} (private) and {1} (public)
Name      {2}   (its fingerprint: messages call it so)
Keep      the private half off this box: whoever has both can read the buffer.
          Copy it to a safe place, then: shred -u {0}

In the configuration, then restart vitalgated:
  [buffer]
  recovery_key = "file:{1}"
)",
               private_path, public_path, name);
  }
  return Exit::ok;
}

}  // namespace vitalgate::cli
