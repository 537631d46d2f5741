#include "sync/buffer/key_file.h"

#include <span>

#include "agent/core/byte_reader.h"
#include "agent/core/limits.h"
#include "agent/core/text.h"
#include "sync/batch/digest.h"
#include "sync/buffer/sealing.h"

namespace vitalgate::sync {
namespace {

constexpr std::string_view kMagic = "VGKEYS1\n";
constexpr std::size_t kWrappedSize = Secret::kSize + kSealOverhead;
constexpr std::size_t kTagSize = 16;
constexpr std::size_t kDigestSize = 64;
constexpr std::size_t kPublicKeyMax = 4096;
constexpr std::size_t kRecoveryMax = 1024;  // RSA of 8192 bits
static_assert(kKeyFileBytesMax > kKeysMax * (kWrappedSize + kRecoveryMax + 14) + 2 * kPublicKeyMax);

template <class Number>
void append(std::string& out, Number number) {
  for (std::size_t i = 0; i < sizeof number; ++i)
    out.push_back(static_cast<char>(static_cast<std::uint64_t>(number) >> (8 * i) & 0xff));
}

void append_long(std::string& out, std::string_view text) {
  append(out, static_cast<std::uint16_t>(text.size()));
  out.append(text);
}

std::string hex_of(std::string_view bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string hex;
  for (const char byte : bytes) {
    hex.push_back(kHex[static_cast<unsigned char>(byte) >> 4]);
    hex.push_back(kHex[static_cast<unsigned char>(byte) & 15]);
  }
  return hex;
}

std::string text(ByteReader& in, std::size_t size) {
  const auto bytes = in.take(size);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::uint64_t u64(ByteReader& in) {
  const std::uint64_t low = in.u32_le();
  return low | std::uint64_t{in.u32_le()} << 32;
}

Error damaged(std::string_view what) { return {Errc::malformed, std::string(what), {}}; }

Result<std::vector<WrappedKey>> read_keys(ByteReader& in) {
  const std::size_t count = in.u16_le();
  if (count < 2 || count > kKeysMax) return damaged("an impossible number of keys");
  std::vector<WrappedKey> keys;
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    WrappedKey key;
    key.number = in.u32_le();
    key.created_ms = static_cast<std::int64_t>(u64(in));
    key.wrapped = text(in, kWrappedSize);
    const std::size_t size = in.u16_le();
    if (size > kRecoveryMax) return damaged("an impossible recovery key");
    key.recovery = text(in, size);
    const bool rising = keys.empty() ? key.number == 0 : key.number > keys.back().number;
    if (!rising) return damaged("keys out of order");
    keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace

std::string key_file_body(const KeyFile& file) {
  VG_CHECK(file.keys.size() <= kKeysMax && file.recovery_public.size() <= kPublicKeyMax);
  std::string out(kMagic);
  append(out, file.generation);
  append(out, static_cast<std::uint8_t>(file.gateway.size()));
  out.append(file.gateway);
  out.append(parse_hex(file.key_fingerprint).value_or(std::string()));
  append_long(out, file.recovery_public);
  append(out, static_cast<std::uint16_t>(file.keys.size()));
  for (const WrappedKey& key : file.keys) {
    append(out, key.number);
    append(out, key.created_ms);
    out.append(key.wrapped);
    append_long(out, key.recovery);
  }
  return out;
}

std::string write_key_file(const KeyFile& file) {
  std::string out = key_file_body(file);
  out.append(file.tag);
  out.append(sha256_hex(out));
  return out;
}

Result<KeyFile> parse_key_file(std::string_view bytes) {
  if (bytes.empty()) return damaged("it is empty");
  if (bytes.size() <= kDigestSize + kTagSize) return damaged("it is cut short");
  const std::string_view content = bytes.substr(0, bytes.size() - kDigestSize);
  if (sha256_hex(content) != bytes.substr(content.size())) return damaged("its checksum is wrong");
  ByteReader in(std::as_bytes(std::span(content.substr(0, content.size() - kTagSize))));
  if (text(in, kMagic.size()) != kMagic)
    return damaged("it is of another kind, or of a newer version of this program");
  KeyFile file;
  file.generation = u64(in);
  file.gateway = text(in, in.u8());
  if (!is_valid_id(file.gateway)) return damaged("its gateway has no possible id");
  file.key_fingerprint = hex_of(text(in, kFingerprintDigits / 2));
  const std::size_t size = in.u16_le();
  if (size > kPublicKeyMax) return damaged("an impossible recovery key");
  file.recovery_public = text(in, size);
  file.keys = VG_TRY(read_keys(in));
  if (!in.ok() || in.remaining() != 0) return damaged("its length is wrong");
  file.tag = content.substr(content.size() - kTagSize);
  return file;
}

}  // namespace vitalgate::sync
