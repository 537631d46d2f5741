#include "sync/tls/pem_file.h"

#include <cerrno>
#include <fstream>
#include <string>
#include <system_error>

namespace vitalgate::sync {
namespace {

constexpr int kLinesMax = 100'000;  // a file with all public CAs has some thousand

Error unreadable(const std::filesystem::path& file, int code) {
  const std::string place = file.string();
  if (code == ENOENT || code == ENOTDIR)
    return {Errc::rejected, place + " is not there", "put the file there, or correct the path"};
  return {Errc::rejected, place + " cannot be read: " + std::generic_category().message(code),
          "chgrp vitalgate " + place + " && chmod 640 " + place};
}

}  // namespace

Result<PemContent> look_at_pem(const std::filesystem::path& file) {
  errno = 0;
  std::ifstream lines(file);
  if (!lines) return unreadable(file, errno);
  PemContent found;
  bool any = false;
  std::string line;
  for (int i = 0; i < kLinesMax && std::getline(lines, line); ++i) {
    if (line.starts_with("Proc-Type: 4,ENCRYPTED")) found.locked = true;
    if (!line.starts_with("-----BEGIN ")) continue;
    any = true;
    const auto names = [&](const char* what) { return line.find(what) != std::string::npos; };
    if (names("TSS2 PRIVATE KEY")) {
      found.tpm_key = true;
    } else if (names("ENCRYPTED PRIVATE KEY")) {
      found.locked = true;
    } else if (names("PRIVATE KEY")) {
      found.key = true;
    } else if (names("BEGIN CERTIFICATE-----") || names("TRUSTED CERTIFICATE")) {
      found.certificate = true;
    }
  }
  if (lines.bad()) return unreadable(file, EISDIR);
  if (found.locked) found.key = false;
  if (any) return found;
  return Error{Errc::rejected, file.string() + " is not a PEM file",
               "a PEM file begins with -----BEGIN; to convert a binary one: openssl x509 -inform "
               "der -in FILE -out FILE.pem"};
}

}  // namespace vitalgate::sync
