#include "sync/uplink/encoding.h"

#include <zlib.h>
#include <zstd.h>

#include "agent/core/check.h"

namespace vitalgate::sync {
namespace {

using config::Compression;

// Rows of one device differ in little: higher levels cost much and gain little.
constexpr int kLevel = 1;
constexpr int kGzipHeader = 16;  // added to the window bits: with the header of gzip

// A resize zeroes what it adds: once is enough.
void make_room(std::string& memory, std::size_t size) {
  if (memory.size() < size) memory.resize(size);
}

}  // namespace

struct Encoder::Gzip {
  Gzip() {
    VG_CHECK(deflateInit2(&stream, kLevel, Z_DEFLATED, MAX_WBITS + kGzipHeader, MAX_MEM_LEVEL,
                          Z_DEFAULT_STRATEGY) == Z_OK);
  }
  ~Gzip() { deflateEnd(&stream); }

  std::string_view encode(std::string_view body, std::string& memory) {
    VG_CHECK(deflateReset(&stream) == Z_OK);
    make_room(memory, deflateBound(&stream, body.size()));
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(body.data()));
    stream.avail_in = static_cast<uInt>(body.size());
    stream.next_out = reinterpret_cast<Bytef*>(memory.data());
    stream.avail_out = static_cast<uInt>(memory.size());
    VG_CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);  // the bound is large enough
    return std::string_view(memory).substr(0, stream.total_out);
  }

  z_stream stream{};
};

struct Encoder::Zstd {
  struct Free {
    void operator()(ZSTD_CCtx* owned) const { ZSTD_freeCCtx(owned); }
  };

  Zstd() : context(ZSTD_createCCtx()) { VG_CHECK(context != nullptr); }

  std::string_view encode(std::string_view body, std::string& memory) const {
    make_room(memory, ZSTD_compressBound(body.size()));
    const std::size_t size = ZSTD_compressCCtx(context.get(), memory.data(), memory.size(),
                                               body.data(), body.size(), kLevel);
    VG_CHECK(ZSTD_isError(size) == 0);  // only by misuse: the bound is large enough
    return std::string_view(memory).substr(0, size);
  }

  std::unique_ptr<ZSTD_CCtx, Free> context;
};

Compression encoding_of(Compression setting, config::Transport transport) {
  if (setting != Compression::automatic) return setting;
  return transport == config::Transport::https ? Compression::gzip : Compression::none;
}

std::string_view encoding_name(Compression encoding) {
  switch (encoding) {
    case Compression::gzip:
      return "gzip";
    case Compression::zstd:
      return "zstd";
    case Compression::automatic:
    case Compression::none:
      break;
  }
  return {};
}

Encoder::Encoder(Compression encoding) : encoding_(encoding) {
  VG_CHECK(encoding != Compression::automatic);
  if (encoding == Compression::gzip) gzip_ = std::make_unique<Gzip>();
  if (encoding == Compression::zstd) zstd_ = std::make_unique<Zstd>();
}

Encoder::~Encoder() = default;

std::string_view Encoder::encode(std::string_view body, std::string& memory) {
  if (gzip_) return gzip_->encode(body, memory);
  if (zstd_) return zstd_->encode(body, memory);
  return body;
}

}  // namespace vitalgate::sync
