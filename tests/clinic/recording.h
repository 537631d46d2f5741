// A capture of a real serial line, sent again at the pace of the monitor it came from.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "tests/clinic/monitor.h"

namespace vitalgate::clinic {

struct Recording {
  std::filesystem::path file;
  std::string driver;  // the agent's driver for it; empty: guessed from the bytes
};

// "FILE" or "FILE:driver".
Recording recording_from(const std::string& text);

// The driver that was named, or guessed from what the file holds. Throws test::Failure when the
// file cannot be read or the guess fails.
std::string driver_of(const Recording& recording);

enum class Replay : std::uint8_t { once, again_and_again };

// ANSAR-B goes message by message, one a second, a cut-off one too; everything else runs at the
// speed of a 9600 baud line.
std::unique_ptr<Monitor> replay(const Recording& recording, Replay how);

}  // namespace vitalgate::clinic
