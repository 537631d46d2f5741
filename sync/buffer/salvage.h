// Salvage: what a store that cannot be trusted still holds, carried into a new one.
//
// The new store has a new epoch for new readings. The streams of the old one keep their names and
// numbers: batches that are whole are carried as they are, byte for byte; readings whose batch is
// not whole are sealed anew; ranges that are gone are declared by tombstones and listed as losses.
// Nothing is accepted that does not open under its key with everything that is visible of it.
#pragma once

#include <filesystem>
#include <optional>

#include "sync/buffer/buffer_types.h"
#include "sync/buffer/mark_file.h"

namespace vitalgate::sync {

struct SalvageContext {
  Disk& disk;
  Keyring& keyring;
  const BufferOptions& options;
  const std::optional<Mark>& mark;
};

// Makes `options.directory`/store from the store in `damaged`, or an empty one when there is
// none; readings that only the mark knows of are listed as lost. The damaged store stays.
Result<> salvage(const SalvageContext& context,
                 const std::optional<std::filesystem::path>& damaged);

// Makes the store from `file`, which a first version wrote without encryption; the same epoch,
// numbers and bytes. The old file is removed when the new one is in place.
Result<> migrate_version_1(const SalvageContext& context, const std::filesystem::path& file);

// Removes `file` and what belongs to it when it is what migrate_version_1() read: a cut may have
// come before it was gone. One of an epoch that is not in `epochs` is somebody else's and stays.
Result<> remove_migrated(Disk& disk, const std::filesystem::path& file,
                         const std::vector<std::string>& epochs);

inline constexpr std::string_view kVersion1Name = "buffer.db";

}  // namespace vitalgate::sync
