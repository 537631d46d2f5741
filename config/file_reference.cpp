#include "config/file_reference.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "config/text_rules.h"

namespace vitalgate::config {
namespace {

constexpr std::string_view kFile = "file:";
constexpr std::string_view kCredential = "cred:";
constexpr const char* kVariable = "CREDENTIALS_DIRECTORY";

bool is_credential_name(std::string_view name) {
  if (name.empty() || name.front() == '.') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_.").find(c) != std::string_view::npos;
  });
}

std::string errno_text(int number) { return std::generic_category().message(number); }

FileReference flawed(std::string what, std::string remedy) {
  return {{}, std::move(what), std::move(remedy)};
}

FileReference resolve_credential(std::string_view name) {
  if (!is_credential_name(name))
    return flawed("a credential's name has letters, digits, '-', '_' and '.' only", {});
  const char* folder = std::getenv(kVariable);
  std::string path = folder != nullptr ? folder : std::string("$") + kVariable;
  return {path.append("/").append(name), {}, {}};
}

}  // namespace

FileReference resolve(std::string_view text) {
  if (text.starts_with(kCredential)) return resolve_credential(text.substr(kCredential.size()));
  if (!text.starts_with(kFile)) {
    return text.starts_with('/')
               ? flawed("a file is written with file: before its path", {})
               : flawed("names no file; a secret itself does not belong here", {});
  }
  const std::string_view path = text.substr(kFile.size());
  if (path.find("://") != std::string_view::npos || path.starts_with("//"))
    return flawed("has too many slashes after file:", {});
  if (!path_flaw(path).empty()) return flawed("after file: comes a path that starts with /", {});
  return {std::string(path), {}, {}};
}

FileReference resolve_and_find(std::string_view text) {
  FileReference reference = resolve(text);
  if (!reference.what.empty() || text.starts_with(kCredential)) return reference;
  struct stat status {};
  if (stat(reference.path.c_str(), &status) != 0 && (errno == ENOENT || errno == ENOTDIR))
    return flawed(reference.path + ": no such file", std::string("vitalgate buffer new-key ")
                                                         .append(reference.path)
                                                         .append(", or correct the path"));
  return reference;
}

FileReference resolve_and_check(std::string_view text, bool secret) {
  FileReference reference = resolve(text);
  if (!reference.what.empty()) return reference;
  const std::string& path = reference.path;
  if (path.starts_with("$"))
    return flawed("cred: works only where systemd sets $CREDENTIALS_DIRECTORY",
                  "add LoadCredential= to the service, or use file:/...");
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    const bool missing = errno == ENOENT || errno == ENOTDIR;
    return flawed(path + ": " + (missing ? "no such file" : errno_text(errno)),
                  missing ? "put the file there, or correct the path"
                          : "let the group vitalgate into the folders above it");
  }
  if (!S_ISREG(status.st_mode)) return flawed(path + ": is not a file", "correct the path");
  if (access(path.c_str(), R_OK) != 0)
    return flawed(path + ": " + errno_text(errno),
                  "chgrp vitalgate " + path + " && chmod 640 " + path);
  if (secret && (status.st_mode & (S_IROTH | S_IWOTH)) != 0)
    return flawed(path + ": is open to every user of this computer", "chmod o-rw " + path);
  return reference;
}

}  // namespace vitalgate::config
