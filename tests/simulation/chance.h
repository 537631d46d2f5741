// Chance from a seed for the product too: keys, salts and epochs of this thread.
//
// chance.cpp defines getrandom(), RAND_bytes() and RAND_priv_bytes() for the whole program it is
// linked into, so a seed repeats exactly and the product needs no switch for it. Never linked
// into anything that is shipped.
#pragma once

#include <cstdint>

namespace vitalgate::simulation {

// Of this thread, from here on. Before the first call chance is the same in every run.
void seed_chance(std::uint64_t seed);

}  // namespace vitalgate::simulation
