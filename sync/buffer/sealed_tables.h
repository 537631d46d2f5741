// SealedTables: the store's tables with their contents in clear on this side and sealed on the
// other. What packs, seals and links a row is here, and nowhere else.
//
// Same errors and thread as Store; `corrupt` also for what does not open.
#pragma once

#include <string>
#include <string_view>

#include "sync/buffer/keyring.h"
#include "sync/buffer/lane_writer.h"
#include "sync/buffer/packing.h"
#include "sync/buffer/row_book.h"
#include "sync/buffer/store.h"

namespace vitalgate::sync {

class SealedTables {
 public:
  // `keyring` outlives this.
  SealedTables(Keyring& keyring, std::string gateway)
      : keyring_(&keyring), gateway_(std::move(gateway)) {}

  struct Written {
    std::uint32_t bytes = 0;  // packed
    Chain link{};             // after the segment
  };
  // `before`: the link after the segment in front.
  Result<Written> put_segment(Store& store, StreamRef stream, std::string_view epoch,
                              const Rows& rows, const Chain& before);
  // Sets `batch.head_key` and `batch.head`; the latter is valid until the next call.
  Result<> put_batch(Store& store, BatchRecord& batch, std::string_view epoch,
                     std::string_view head);
  // As it is: of another store of this gateway.
  Result<> copy_batch(Store& store, const BatchRecord& batch, std::string_view epoch);
  Result<> put_held(Store& store, const Held& held, std::string_view agent_version);

  Result<std::string> rows_of(const SegmentRecord& segment, std::string_view epoch);
  Result<std::string> head_of(const BatchRecord& batch, std::string_view epoch);
  Result<Held> held_of(const QuarantineRecord& record);

  [[nodiscard]] Chain link_after(const SegmentRecord& segment, std::string_view epoch) const {
    return segment.after(segment.bound(gateway_, epoch));
  }
  // What the tag of a batch of `epoch` covers.
  [[nodiscard]] Store::BoundOf bound_of(std::string_view epoch) const {
    return [this, epoch](const BatchRecord& batch) { return batch.bound(gateway_, epoch); };
  }

 private:
  [[nodiscard]] std::string id_prefix(StreamRef stream, std::string_view epoch) const;

  Keyring* keyring_;
  std::string gateway_;
  Packer packer_;
  RowBook book_;
  std::string packed_;
  std::string shortened_;
};

}  // namespace vitalgate::sync
