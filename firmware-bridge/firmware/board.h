// The board: everything below the bridge that is not memory. One implementation is linked in.
//
// Bytes go through rings that the UART's interrupts empty and fill; nothing here waits but wait().
// Main loop only.
#pragma once

#include "firmware-bridge/wire/bytes.h"

namespace vitalgate::bridge::firmware::board {

constexpr uint32_t kWatchdogMs = 1000;  // a main loop that is stuck this long is reset

// UART, millisecond tick and watchdog run from here on.
void start();

// Milliseconds since the start.
uint64_t now();
// A fast counter: its low bits are chance where it is read after something from outside.
uint32_t counter();

// What came, at most `capacity` bytes; 0: nothing now. What did not fit is dropped by the
// interrupt, and the protocol sends it again.
size_t receive(uint8_t* into, size_t capacity);

size_t room_to_send();
// `bytes` fit into room_to_send().
void send(wire::Bytes bytes);

// To be called often: the proof that the main loop goes on.
void still_alive();

// Sleeps until an interrupt, which comes every millisecond at least.
void wait();

}  // namespace vitalgate::bridge::firmware::board
