// Ctrl-C where something has to be put away first.
#pragma once

namespace vitalgate::cli {

// From here on SIGINT, SIGTERM and SIGHUP end what waits instead of the process.
void catch_interrupts();
bool was_interrupted();

}  // namespace vitalgate::cli
