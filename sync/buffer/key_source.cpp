// Where the key-encryption key comes from: read_key() and fingerprint() of keyring.h.
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <system_error>

#include "config/file_reference.h"
#include "sync/buffer/key_file.h"
#include "sync/buffer/keyring.h"

namespace vitalgate::sync {
namespace {

constexpr std::string_view kCredential = "cred:";
constexpr std::size_t kHexSize = 2 * Secret::kSize;
constexpr std::size_t kReadMax = kHexSize + 3;  // a line end, and one byte that is too many

Error refused(std::string_view reference, std::string_view what, std::string hint) {
  return {Errc::rejected, std::string("the key ").append(reference).append(" ").append(what),
          std::move(hint)};
}

Error not_there(std::string_view reference, const std::string& path, int number) {
  const bool missing = number == ENOENT || number == ENOTDIR;
  const std::string what =
      missing ? "is not there"
              : std::string("cannot be read: ").append(std::generic_category().message(number));
  const bool credential = reference.starts_with(kCredential);
  if (!missing)
    return refused(reference, what,
                   credential ? "systemctl restart vitalgated"
                              : std::string("chown vitalgated ").append(path));
  if (!credential)
    return refused(
        reference, what,
        std::string("put it back; for a new gateway: vitalgate buffer new-key ").append(path));
  const std::string name(reference.substr(kCredential.size()));
  return refused(
      reference, what,
      std::string("put it back into the service: LoadCredentialEncrypted=").append(name));
}

// A credential shows the bits of the list that systemd gave it: group bits mean nothing there.
Result<> check_mode(std::string_view reference, const std::string& path,
                    const struct stat& status) {
  const mode_t open_to = reference.starts_with(kCredential) ? mode_t{S_IRWXO} : S_IRWXG | S_IRWXO;
  if (!S_ISREG(status.st_mode)) return refused(reference, "is not a file", "correct buffer.key");
  if ((status.st_mode & open_to) != 0)
    return refused(reference, "can be read by others", std::string("chmod 0400 ").append(path));
  if (status.st_uid != 0 && status.st_uid != ::geteuid())
    return refused(reference, "belongs to another user",
                   std::string("chown vitalgated ").append(path));
  return {};
}

std::optional<unsigned char> digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned char>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned char>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned char>(c - 'A' + 10);
  return std::nullopt;
}

bool parse_key(std::string_view text, Secret& key) {
  if (text.size() == Secret::kSize) {
    std::copy(text.begin(), text.end(), key.bytes().begin());
    return true;
  }
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  if (text.size() != kHexSize) return false;
  for (std::size_t i = 0; i < Secret::kSize; ++i) {
    const auto high = digit(text[2 * i]);
    const auto low = digit(text[2 * i + 1]);
    if (!high || !low) return false;
    key.bytes().at(i) = static_cast<unsigned char>(*high << 4 | *low);
  }
  return true;
}

// As much of `fd` as fits; negative with errno.
ssize_t read_all(int fd, std::array<char, kReadMax>& buffer) {
  std::size_t at = 0;
  while (at < buffer.size()) {
    const ssize_t count = ::read(fd, buffer.data() + at, buffer.size() - at);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return count;
    if (count == 0) break;
    at += static_cast<std::size_t>(count);
  }
  return static_cast<ssize_t>(at);
}

Result<Secret> read_from(int fd, std::string_view reference, const std::string& path) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return not_there(reference, path, errno);
  VG_TRY(check_mode(reference, path, status));
  std::array<char, kReadMax> buffer{};
  const ssize_t size = read_all(fd, buffer);
  if (size < 0) return not_there(reference, path, errno);
  Secret key;
  const bool good = parse_key({buffer.data(), static_cast<std::size_t>(size)}, key);
  ::explicit_bzero(buffer.data(), buffer.size());
  if (!good)
    return refused(reference, "is neither 32 bytes nor 64 hexadecimal digits",
                   "put the right file there; for a new gateway: vitalgate buffer new-key FILE");
  return key;
}

}  // namespace

Result<Secret> read_key(std::string_view reference) {
  const config::FileReference file = config::resolve(reference);
  if (!file.what.empty())
    return Error{Errc::rejected, std::string("buffer.key ").append(file.what),
                 "buffer.key = \"cred:buffer.key\" or \"file:/path\""};
  if (file.path.starts_with('$'))
    return refused(reference, "is a credential, and there are none outside of the service",
                   "systemctl start vitalgated, or buffer.key = \"file:/path\"");
  const int fd = ::open(file.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return not_there(reference, file.path, errno);
  Result<Secret> key = read_from(fd, reference, file.path);
  ::close(fd);
  return key;
}

std::string fingerprint(const Secret& key) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const Tagger::Tag tag = Tagger(key).tag("vitalgate fingerprint");
  std::string text;
  for (std::size_t i = 0; text.size() < kFingerprintDigits; ++i) {
    const auto byte = static_cast<unsigned char>(tag.at(i));
    text.push_back(kHex[byte >> 4]);
    text.push_back(kHex[byte & 15]);
  }
  return text;
}

}  // namespace vitalgate::sync
