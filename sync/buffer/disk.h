// Disk: the files of the buffer, its database apart.
//
// Two disks exist: the system's, and one of the tests that fails, fills up and loses power. Every
// call that writes returns only when it may be trusted to be durable as said; `unavailable` means
// that it may or may not have happened. Not thread-safe: the buffer's thread is the only user.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/result.h"

namespace vitalgate::sync {

class Disk {
 public:
  Disk() = default;
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;
  virtual ~Disk() = default;

  // The SQLite VFS that serves the same files; null for SQLite's own.
  [[nodiscard]] virtual const char* vfs() const = 0;

  // A file or a directory.
  virtual Result<bool> exists(const std::filesystem::path& path) = 0;
  // Names in `directory`, sorted; none when it is not there.
  virtual Result<std::vector<std::string>> list(const std::filesystem::path& directory) = 0;
  // The whole file, at most `limit` bytes of it; empty when it is not there.
  virtual Result<std::string> read(const std::filesystem::path& file, std::size_t limit) = 0;
  virtual Result<std::uint64_t> size(const std::filesystem::path& file) = 0;
  virtual Result<std::uint64_t> free_bytes(const std::filesystem::path& directory) = 0;

  // Creates the file when needed (mode 0600); the bytes are on the medium when it returns. A new
  // file's name is only durable after sync_directory().
  virtual Result<> write(const std::filesystem::path& file, std::uint64_t offset,
                         std::string_view bytes) = 0;
  // The same without waiting for the medium: another process sees it at once, a power cut may
  // undo or tear it.
  virtual Result<> write_soon(const std::filesystem::path& file, std::uint64_t offset,
                              std::string_view bytes) {
    return write(file, offset, bytes);
  }
  // Gives `file` blocks of its own for `bytes`: a full disk cannot take them back.
  virtual Result<> reserve(const std::filesystem::path& file, std::uint64_t bytes) = 0;
  // With its parents, mode 0700. There already is fine.
  virtual Result<> make_directory(const std::filesystem::path& directory) = 0;
  // Files and directories; durable after sync_directory() of the parent.
  virtual Result<> rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  // A file, or a directory with all in it; not there is fine.
  virtual Result<> remove(const std::filesystem::path& path) = 0;
  virtual Result<> sync_file(const std::filesystem::path& file) = 0;
  virtual Result<> sync_directory(const std::filesystem::path& directory) = 0;
};

// The system's; lives as long as the process.
Disk& system_disk();

}  // namespace vitalgate::sync
