// Tells when the files of a connection were replaced, so that it is made anew with them: a renewed
// certificate needs no restart.
//
// Not thread-safe: its uplink is the only user.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <string>

#include "agent/core/result.h"
#include "sync/tls/files.h"

namespace vitalgate::sync {

class TlsWatch {
 public:
  // The files as they are now are the ones in use.
  explicit TlsWatch(TlsFiles files);

  // True once for each change that can be used: connect again. A change counts when two polls in
  // a row have seen the same files (half a copy is none) and certificate and key fit; until they do
  // the connection in use should stay, and the Error says once what is wrong. Costs a stat() of
  // each file; on a change also a load of all. Meant to be called about every second.
  Result<bool> poll();

 private:
  // Enough to see a rename over the file, a write into it, and a symbolic link turned elsewhere.
  struct Print {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = -1;  // no such file
    std::int64_t modified_ns = 0;
    std::int64_t changed_ns = 0;
    bool operator==(const Print&) const = default;
  };
  using Prints = std::array<Print, 3>;

  static Print print_of(const std::string& path);
  [[nodiscard]] Prints prints() const;

  TlsFiles files_;
  Prints judged_;  // in use, or found unusable and told
  Prints last_;
};

}  // namespace vitalgate::sync
