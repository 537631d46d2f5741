// ASTM: any bytes, split anywhere, give the same readings and the same answers; a frame that was
// just taken and comes again gives no reading a second time.
//
// Input: one byte chooses the dialect (bit 0) and whether checksums are put right (bit 1), the
// next says where to split the rest.
#include "firmware-bridge/serial/astm.h"

#include "firmware-bridge/serial/astm_frame.h"
#include "tests/fuzz/split_feed.h"
#include "tests/unit/firmware-bridge/astm_bytes.h"

namespace vitalgate::bridge {
namespace {

// The text between STX and a checksum as a right frame; everything else as it is. Without this a
// fuzzer would have to guess checksums.
test::Bytes with_checksums(std::span<const std::byte> bytes) {
  const test::Bytes stx = test::from_hex("02");
  test::Bytes out;
  for (std::size_t at = 0; at < bytes.size();) {
    const auto end = std::find_if(
        bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.end(),
        [](std::byte byte) { return byte == std::byte{0x03} || byte == std::byte{0x17}; });
    const auto text = bytes.subspan(at, static_cast<std::size_t>(end - bytes.begin()) - at);
    if (end != bytes.end() && text.size() >= 2 && text[0] == stx[0]) {
      const int number = std::to_integer<int>(text[1]) & 7;
      const std::string words(reinterpret_cast<const char*>(text.data()) + 2, text.size() - 2);
      const auto frame = test::astm_frame(number, words, *end == std::byte{0x17});
      out.insert(out.end(), frame.begin(), frame.end());
      at += text.size() + 1;
    } else {
      out.push_back(bytes[at++]);
    }
  }
  return out;
}

std::size_t readings_of(const std::vector<Arrival>& arrivals) {
  std::size_t count = 0;
  for (const Arrival& arrival : arrivals) count += arrival.readings.size();
  return count;
}

void run(std::unique_ptr<Driver> (*make)(), std::span<const std::byte> bytes, std::size_t at) {
  const auto whole = make(), split = make();
  test::split_feed(*whole, *split, bytes, at);

  AstmFramer framer;
  std::vector<std::byte> last;
  for (const std::byte byte : bytes)
    if (framer.push(byte) == AstmFramer::Event::frame)
      last.assign(framer.frame().begin(), framer.frame().end());
    else if (byte == std::byte{0x04} || byte == std::byte{0x05})
      last.clear();
  std::vector<Arrival> again;
  if (whole->counts().bad_frames == 0 && !last.empty()) whole->feed(last, Stamp{}, again);
  VG_CHECK(readings_of(again) == 0);
  for (int i = 0; i < 40; ++i) whole->tick();
}

}  // namespace
}  // namespace vitalgate::bridge

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vitalgate::bridge;
  if (size < 3) return 0;
  auto bytes = std::as_bytes(std::span(data, size)).subspan(2);
  const auto make = (data[0] & 1) != 0 ? make_contour : make_astm;
  const auto right = (data[0] & 2) != 0 ? with_checksums(bytes) : vitalgate::test::Bytes{};
  if ((data[0] & 2) != 0) bytes = right;
  run(make, bytes, data[1] % (bytes.size() + 1));
  return 0;
}
