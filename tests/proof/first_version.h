// A store as the first version of the buffer wrote it (schema 1, nothing sealed): the beginning of
// a life that must migrate.
#pragma once

#include "sync/buffer/buffer.h"
#include "tests/proof/model.h"
#include "tests/proof/ram_disk.h"

namespace vitalgate::proof {

// Puts it on `disk`, all of it durable, and what it holds into `model`. How many readings.
std::uint64_t make_first_version(RamDisk& disk, const sync::BufferOptions& options, Dice& dice,
                                 Model& model);

}  // namespace vitalgate::proof
