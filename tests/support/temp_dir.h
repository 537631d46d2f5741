// A folder that is gone when its owner is.
#pragma once

#include <filesystem>
#include <string>

namespace vitalgate::test {

class TempDir {
 public:
  // Below $TMPDIR or /tmp; short, because a socket path has 107 characters at most.
  explicit TempDir(const std::string& name = "vitalgate");
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  // Leaves the folder behind, for a person to look at.
  void keep() { keep_ = true; }

 private:
  std::filesystem::path path_;
  bool keep_ = false;
};

// The whole file; empty when there is none.
std::string read_file(const std::filesystem::path& file);

// The last lines of a log, each with `indent` before it.
std::string tail_of(const std::filesystem::path& file, std::size_t lines = 5,
                    const std::string& indent = "    ");

}  // namespace vitalgate::test
