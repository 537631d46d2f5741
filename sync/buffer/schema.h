// Makes and opens the store's database file with exactly the settings it needs.
//
// The database lies in a directory of its own, `store`, which is renamed as a whole: a store is
// made as `store.new` and appears under its name only when it is complete and synced; a damaged
// one is set aside as `damaged-N` with its log. Every setting is read back; a mismatch is an
// error, never a warning.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

#include "sync/buffer/disk.h"
#include "sync/buffer/sqlite.h"

namespace vitalgate::sync {

inline constexpr std::string_view kStoreName = "store";
inline constexpr std::string_view kUnfinishedName = "store.new";
inline constexpr std::string_view kDatabaseName = "buffer.db";
inline constexpr std::string_view kLogName = "buffer.db-wal";
// Small: a commit of a quarter second touches a handful of pages that hold little more than its
// readings. With 4,096 it sends twice as many bytes to the flash (docs/performance.md).
inline constexpr std::uint64_t kPageBytes = 1024;

struct StoreSettings {
  std::uint64_t quota_bytes = 0;
  std::uint64_t log_bytes = 0;
  bool synchronous_normal = false;  // BufferOptions::Weakness
};

// Opens `directory`/buffer.db, which is there. `corrupt` when it is not a store of this agent.
Result<Database> open_database(Disk& disk, const std::filesystem::path& directory,
                               const StoreSettings& settings);

// The same of a store that was set aside: nothing is checked, everything may be damaged. The pages
// of its schema, which hold the map of all others and change in a few counters only, are put back
// from the copy that make_store() kept (store_copy.h).
Result<Database> open_damaged(Disk& disk, const std::filesystem::path& directory);

// Makes `parent`/store: empty tables, then `fill`, then one rename. Left-overs of an attempt that
// was cut off are removed first.
Result<> make_store(Disk& disk, const std::filesystem::path& parent,
                    const std::function<Result<>(Database)>& fill);

}  // namespace vitalgate::sync
