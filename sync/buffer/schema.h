// Creates and opens the buffer's database file with exactly the settings it needs.
//
// Creation is crash-safe: the file appears under its name only when it is complete and synced.
// Every setting is read back; a mismatch is an error, never a warning.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "sync/buffer/sqlite.h"

namespace vitalgate::sync {

inline constexpr std::string_view kBufferFileName = "buffer.db";

// Opens `directory`/buffer.db, or creates it with a new epoch for `gateway`. A store that
// belongs to another gateway is refused: its readings carry the other's name.
Result<Database> open_database(const std::filesystem::path& directory, std::string_view gateway,
                               std::uint64_t max_disk_bytes);

}  // namespace vitalgate::sync
