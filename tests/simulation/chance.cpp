#include "tests/simulation/chance.h"

#include <sys/random.h>

#include <span>

#include "tests/clinic/dice.h"

namespace vitalgate::simulation {
namespace {

constinit thread_local std::uint64_t state = 0;

void fill(std::span<unsigned char> bytes) {
  clinic::Dice dice(state);
  for (unsigned char& byte : bytes) byte = static_cast<unsigned char>(dice.next());
  state = dice.next();
}

}  // namespace

void seed_chance(std::uint64_t seed) { state = seed; }

}  // namespace vitalgate::simulation

// In place of those of libc and libcrypto.
extern "C" {

ssize_t getrandom(void* out, std::size_t count, unsigned) noexcept(false) {
  vitalgate::simulation::fill({static_cast<unsigned char*>(out), count});
  return static_cast<ssize_t>(count);
}

int RAND_bytes(unsigned char* out, int count);
int RAND_bytes(unsigned char* out, int count) {
  vitalgate::simulation::fill({out, static_cast<std::size_t>(count)});
  return 1;
}

int RAND_priv_bytes(unsigned char* out, int count);
int RAND_priv_bytes(unsigned char* out, int count) { return RAND_bytes(out, count); }
}
