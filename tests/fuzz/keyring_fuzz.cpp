// A key file: any bytes give a file that is written back byte for byte, or a reason.
//
// Each input is tried as it is and with its checksum put right, so that the checksum does not
// keep the rest of the parser out of reach.
#include "agent/core/check.h"
#include "sync/batch/digest.h"
#include "sync/buffer/key_file.h"

namespace {

using namespace vitalgate;

void check(std::string_view bytes) {
  const auto file = sync::parse_key_file(bytes);
  if (!file) {
    VG_CHECK(file.error().code == Errc::malformed && !file.error().what.empty());
    return;
  }
  VG_CHECK(file->keys.size() <= sync::kKeysMax && file->keys.front().number == 0);
  VG_CHECK(sync::write_key_file(*file) == bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  check(bytes);
  constexpr std::size_t kDigestSize = 64;
  if (size < kDigestSize) return 0;
  std::string mended(bytes.substr(0, size - kDigestSize));
  mended.append(sync::sha256_hex(mended));
  check(mended);
  return 0;
}
