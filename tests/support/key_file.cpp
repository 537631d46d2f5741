#include "tests/support/key_file.h"

#include <fstream>
#include <random>

#include "tests/support/failure.h"

namespace vitalgate::test {

namespace fs = std::filesystem;

std::string write_key(const fs::path& file) {
  const fs::path absolute = fs::absolute(file);
  if (!fs::exists(absolute)) {
    std::random_device random;
    std::ofstream out(absolute);
    constexpr std::string_view kHex = "0123456789abcdef";
    for (int i = 0; i < 64; ++i) out << kHex[random() % kHex.size()];
    out << '\n';
    out.close();
    if (!out) throw Failure("cannot write " + absolute.string(), "");
    fs::permissions(absolute, fs::perms::owner_read);
  }
  return std::string("file:").append(absolute.string());
}

}  // namespace vitalgate::test
