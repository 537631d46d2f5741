// The judgement of one disk: opens the buffer on it and compares all of it with the model.
#pragma once

#include <optional>
#include <string>

#include "sync/buffer/buffer.h"
#include "tests/proof/model.h"
#include "tests/proof/ram_disk.h"

namespace vitalgate::proof {

struct Expectation {
  Moment at = kNever - 1;  // judged by what was promised up to here
  // Bytes that were durable were damaged: acknowledged readings may be missing, inside of ranges
  // that are reported.
  bool damaged = false;
  // The committed mark is written within a second of a commit. What damage takes away behind it
  // cannot be told from what was never there: it is counted, not judged.
  bool mark_is_late = false;
  bool may_drop = false;  // readings may have been given up for room, inside reported ranges
  bool lively = false;    // afterwards a reading must still go in and come out
};

struct Finding {
  std::optional<std::string> violation;  // a clause; nothing when all promises were kept
  std::size_t readings = 0;              // read back
  std::size_t losses = 0;                // ranges reported
  std::size_t given_up = 0;              // of these: for want of room
  std::size_t behind_mark = 0;           // readings missing behind a late mark
};

// The disk is loaded; the model is of the run that made it. Seals and reads everything that waits.
Finding check(const sync::BufferOptions& options, const Model& model,
              const Expectation& expectation);

}  // namespace vitalgate::proof
