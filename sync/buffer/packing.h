// Packing: text, compressed with zstd and sealed, as it lies in the store.
//
// Not thread-safe: it reuses its compressor.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "agent/core/result.h"
#include "sync/buffer/sealing.h"

namespace vitalgate::sync {

class Packer {
 public:
  Packer();
  Packer(Packer&& other) noexcept;
  Packer& operator=(Packer&& other) noexcept;
  ~Packer();

  // Replaces `out`.
  void pack(std::string_view text, std::string_view bound, Sealer& sealer, std::string& out);
  // Appends to `out`. `corrupt` when it is not what was packed with `bound`, or is longer than
  // limits::kUnpackedBytesMax; `out` is then as before.
  Result<> unpack(std::string_view packed, std::string_view bound, Sealer& sealer,
                  std::string& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vitalgate::sync
