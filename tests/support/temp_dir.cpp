#include "tests/support/temp_dir.h"

#include <cerrno>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>

#include "tests/support/failure.h"

namespace vitalgate::test {

TempDir::TempDir(const std::string& name) {
  const char* base = std::getenv("TMPDIR");
  std::string pattern =
      std::string(base != nullptr && *base != '\0' ? base : "/tmp") + "/" + name + "-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) {
    throw Failure(
        "cannot make a folder like " + pattern + ": " + std::generic_category().message(errno),
        "make room there, or name another place: TMPDIR=/var/tmp");
  }
  path_ = pattern;
}

TempDir::~TempDir() {
  if (keep_) return;
  std::error_code ignored;  // a leftover in the temporary folder harms nobody
  std::filesystem::remove_all(path_, ignored);
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string tail_of(const std::filesystem::path& file, std::size_t lines,
                    const std::string& indent) {
  std::istringstream in(read_file(file));
  std::deque<std::string> last;
  for (std::string line; std::getline(in, line);) {
    last.push_back(line);
    if (last.size() > lines) last.pop_front();
  }
  std::string text;
  for (const std::string& line : last) text += indent + line + "\n";
  return text;
}

}  // namespace vitalgate::test
