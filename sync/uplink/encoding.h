// How a body is packed for its way: gzip or zstd, each at its fastest level. The only file pair
// that includes zlib.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "config/settings.h"

namespace vitalgate::sync {

// The encoding that a destination's setting means for one transport; never `automatic`.
config::Compression encoding_of(config::Compression setting, config::Transport transport);

// "gzip", "zstd"; empty for none. As in Content-Encoding.
std::string_view encoding_name(config::Compression encoding);

// Keeps its working memory from one body to the next. One thread.
class Encoder {
 public:
  // `encoding` is not `automatic`.
  explicit Encoder(config::Compression encoding);
  ~Encoder();

  [[nodiscard]] config::Compression encoding() const { return encoding_; }

  // `body`, packed into `memory`, which only ever grows; valid until one of the two changes. With
  // `none` it is `body` itself.
  std::string_view encode(std::string_view body, std::string& memory);

 private:
  struct Gzip;
  struct Zstd;

  config::Compression encoding_;
  std::unique_ptr<Gzip> gzip_;
  std::unique_ptr<Zstd> zstd_;
};

}  // namespace vitalgate::sync
