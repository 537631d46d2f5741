// The committed mark: how far the store had come, kept beside it.
//
// SQLite cannot tell that transactions it had committed are gone: one damaged frame ends its log
// and the rest is quietly not there. The mark can: it is written after a commit and never before,
// so a store that is behind it has lost readings, and it says which. Two slots of 512 bytes are
// written and synced in turn, each with its own checksum: a torn write costs the newer one only.
// A third is written after every commit and not synced: it is what a killed process leaves.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "sync/buffer/disk.h"
#include "sync/buffer/records.h"

namespace vitalgate::sync {

struct Mark {
  struct Lane {
    Sequence last = 0;     // committed
    Sequence settled = 0;  // everything up to here is delivered everywhere or declared lost
    Chain chain{};         // after `last`
    BatchNumber next_batch = 1;
    bool operator==(const Lane&) const = default;
  };
  std::string epoch;
  Generation generation = 0;
  std::array<Lane, kLanes.size()> lanes{};
  bool operator==(const Mark&) const = default;
};

class MarkFile {
 public:
  MarkFile(Disk& disk, std::filesystem::path directory)
      : disk_(&disk), file_(directory / "mark"), directory_(std::move(directory)) {}

  // The newest slot that is whole; nothing when there is none.
  Result<std::optional<Mark>> read();

  // On the disk when it returns.
  Result<> write(const Mark& mark);
  // For whoever opens the store next on this machine, power staying on.
  Result<> write_soon(const Mark& mark);
  Result<> remove();

 private:
  Disk* disk_;
  std::filesystem::path file_;
  std::filesystem::path directory_;
  std::uint64_t counter_ = 0;
  std::uint64_t slot_ = 1;  // the synced one written last
  bool exists_ = false;
};

}  // namespace vitalgate::sync
