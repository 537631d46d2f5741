// Waiting without guessing: ask often, give up at a deadline, leave at once on Ctrl-C.
#pragma once

#include <chrono>
#include <thread>

#include "agent/core/clock.h"

namespace vitalgate::test {

using Milliseconds = std::chrono::milliseconds;

// Thrown out of every wait after Ctrl-C. Not a std::exception, so that nothing takes it for a
// failure.
struct Interrupted {};

// From here on SIGINT, SIGTERM and SIGHUP no longer end the process; the next wait throws.
void catch_interrupts();
void throw_if_interrupted();

// Asks `ready` every few milliseconds until it says yes. False when the deadline came first.
template <class Ready>
bool poll_until(Ready&& ready, Milliseconds timeout, Milliseconds every = Milliseconds(20)) {
  const auto deadline = Clock::now() + timeout;
  while (true) {
    throw_if_interrupted();
    if (ready()) return true;
    if (Clock::now() >= deadline) return false;
    std::this_thread::sleep_for(every);
  }
}

// Lets time pass, where passing time is what the test is about.
inline void let_pass(Milliseconds time) {
  poll_until([] { return false; }, time, Milliseconds(5));
}

}  // namespace vitalgate::test
