#include "sync/buffer/packing.h"

#include <zstd.h>

#include "agent/core/limits.h"

namespace vitalgate::sync {
namespace {

// Rows of one device differ in little: the fastest level already shortens them to a tenth.
constexpr int kLevel = 1;

Error damaged() {
  return {Errc::corrupt, "a stored text does not unpack", "vitalgate buffer verify"};
}

}  // namespace

struct Packer::Impl {
  struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  std::unique_ptr<ZSTD_CCtx, Free> compressor{ZSTD_createCCtx()};
  std::unique_ptr<ZSTD_DCtx, Free> decompressor{ZSTD_createDCtx()};
  std::string scratch;
};

Packer::Packer() : impl_(std::make_unique<Impl>()) {
  VG_CHECK(impl_->compressor != nullptr && impl_->decompressor != nullptr);
}
Packer::Packer(Packer&& other) noexcept = default;
Packer& Packer::operator=(Packer&& other) noexcept = default;
Packer::~Packer() = default;

void Packer::pack(std::string_view text, std::string_view bound, Sealer& sealer, std::string& out) {
  std::string& scratch = impl_->scratch;
  scratch.resize(ZSTD_compressBound(text.size()));
  const std::size_t size = ZSTD_compressCCtx(impl_->compressor.get(), scratch.data(),
                                             scratch.size(), text.data(), text.size(), kLevel);
  VG_CHECK(ZSTD_isError(size) == 0);  // only by misuse: the bound is large enough
  scratch.resize(size);
  out.clear();
  sealer.seal(scratch, bound, out);
}

Result<> Packer::unpack(std::string_view packed, std::string_view bound, Sealer& sealer,
                        std::string& out) {
  std::string& scratch = impl_->scratch;
  scratch.clear();
  VG_TRY(sealer.open(packed, bound, scratch));
  const auto length = ZSTD_getFrameContentSize(scratch.data(), scratch.size());
  if (length == ZSTD_CONTENTSIZE_ERROR || length == ZSTD_CONTENTSIZE_UNKNOWN ||
      length > limits::kUnpackedBytesMax)
    return damaged();
  const std::size_t before = out.size();
  out.resize(before + static_cast<std::size_t>(length));
  const std::size_t size =
      ZSTD_decompressDCtx(impl_->decompressor.get(), out.data() + before,
                          static_cast<std::size_t>(length), scratch.data(), scratch.size());
  if (size == length) return {};
  out.resize(before);
  return damaged();
}

}  // namespace vitalgate::sync
