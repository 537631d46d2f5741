#include "agent/cli/interrupt.h"

#include <csignal>
#include <initializer_list>

namespace vitalgate::cli {
namespace {

volatile std::sig_atomic_t interrupted = 0;

}  // namespace

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = [](int) { interrupted = 1; };
  // Without SA_RESTART: a read that waits comes back. A second one ends the process.
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaction(signal, &action, nullptr);
}

bool was_interrupted() { return interrupted != 0; }

}  // namespace vitalgate::cli
