// Where a secret or certificate lies. Settings name files, never their contents:
//
//   file:/absolute/path
//   cred:NAME            $CREDENTIALS_DIRECTORY/NAME, a systemd credential
//
// Nothing is opened for reading and nothing of a file's content is ever in an answer. Asks the
// environment and the file system; any thread that does not change the environment.
#pragma once

#include <string>
#include <string_view>

namespace vitalgate::config {

struct FileReference {
  std::string path;  // empty when `what` is not
  std::string what;  // what is wrong; never repeats text that may be a secret
  std::string remedy;
};

// The path behind `text`. Without CREDENTIALS_DIRECTORY a "cred:" path keeps the variable's name
// in its place, so that settings can be shown outside of the service.
FileReference resolve(std::string_view text);

// As above, and the file has to be there and readable by this process. A `secret` must not be
// open to everybody.
FileReference resolve_and_check(std::string_view text, bool secret);

// For a file that only the service may read: a "file:" has to be there, as far as this process can
// see; a credential is not looked for.
FileReference resolve_and_find(std::string_view text);

}  // namespace vitalgate::config
