// The two key files on the disk, `keys.a` and `keys.b`: one is whole at every instant.
//
// A file is replaced beside the old one and renamed; the other is only touched once that is
// durable. What is replaced is overwritten, so that a key wiped from the ring is wiped from the
// files' old blocks as well, as far as the medium overwrites in place.
// Not thread-safe.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>

#include "sync/buffer/disk.h"
#include "sync/buffer/key_file.h"

namespace vitalgate::sync {

class KeyCopies {
 public:
  KeyCopies(Disk& disk, std::filesystem::path directory);

  // Either file, whatever it holds.
  static Result<bool> is_there(Disk& disk, const std::filesystem::path& directory);

  struct Copy {
    std::string bytes;
    Result<KeyFile> file = Error{};  // `malformed`, with the reason, when it is no key file
  };
  // `keys.a`, `keys.b`. Changes nothing.
  Result<std::array<Copy, 2>> read();

  // Makes both files hold `bytes`; one that does already is left alone. Removes what a power cut
  // left behind.
  Result<> repair(const std::array<Copy, 2>& copies, std::string_view bytes);
  // Replaces both. After an error at least one file is whole, the old or the new one.
  Result<> save(std::string_view bytes);
  // Overwrites and removes all of them.
  Result<> erase();

 private:
  [[nodiscard]] std::filesystem::path path(std::size_t index, std::string_view suffix = {}) const;
  Result<> replace(std::size_t index, std::string_view bytes);
  Result<> wipe(const std::filesystem::path& file);
  Result<> wipe_leftovers();

  Disk* disk_;
  std::filesystem::path directory_;
  std::size_t first_ = 0;  // to be replaced: the one that may be broken
};

}  // namespace vitalgate::sync
