// A store as an outage leaves it: full of sealed batches that nobody has taken.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>

namespace vitalgate::test {

// Fills the store of the agent that `configuration` belongs to, as it would have done itself, with
// readings of twelve devices received in the `outage` that ends now. The agent is not running.
// Throws Failure.
void fill_backlog(const std::filesystem::path& configuration, std::uint64_t readings,
                  std::chrono::seconds outage);

}  // namespace vitalgate::test
