// What of a store is kept twice, because without it nothing else in there could be found.
//
// Both copies are made when the store is made and lie beside its database: the pages that hold its
// schema never change again, and the streams of earlier epochs are closed by then. A spoiled sector
// costs the copy or the original, not both. Not thread-safe: the buffer's thread is the only user.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "sync/buffer/disk.h"
#include "sync/buffer/records.h"
#include "sync/buffer/sealing.h"

namespace vitalgate::sync {

// Copies the pages of `directory`/buffer.db that hold the schema to `directory`/page1. The database
// is closed and its tables are empty.
Result<> keep_schema(Disk& disk, const std::filesystem::path& directory);

// Puts them back into a database that was set aside and is closed; what they were is kept as
// `page1.damaged`. A copy that is not whole is left alone, and so is the database then.
Result<> restore_schema(Disk& disk, const std::filesystem::path& directory);

// Writes `streams` to `directory`/streams, and reads them back: none when the copy is not there,
// not whole, or not under the key of `tagger`.
Result<> keep_streams(Disk& disk, const std::filesystem::path& directory, Tagger& tagger,
                      std::span<const StreamRecord> streams);
std::vector<StreamRecord> kept_streams(Disk& disk, const std::filesystem::path& directory,
                                       Tagger& tagger);

}  // namespace vitalgate::sync
