// Vector table and start-up: .data and .bss, and nothing in the memory that is kept.
#include <stddef.h>
#include <stdint.h>

#include "firmware-bridge/firmware/kept.h"

extern "C" {
extern uint32_t _stack_top, _data_load, _data_start, _data_end, _bss_start, _bss_end, _kept;

[[noreturn]] void run_bridge();
void uart_receive_interrupt();
void uart_transmit_interrupt();
void tick_interrupt();
void watchdog_interrupt();

// What the compiler calls by itself.
void* memcpy(void* to, const void* from, size_t size) {
  auto* out = static_cast<uint8_t*>(to);
  const auto* in = static_cast<const uint8_t*>(from);
  for (size_t i = 0; i < size; ++i) out[i] = in[i];
  return to;
}
void* memset(void* to, int value, size_t size) {
  auto* out = static_cast<uint8_t*>(to);
  for (size_t i = 0; i < size; ++i) out[i] = static_cast<uint8_t>(value);
  return to;
}

[[noreturn]] void reset() {
  const uint32_t* from = &_data_load;
  for (uint32_t* to = &_data_start; to < &_data_end; ++to) *to = *from++;
  for (uint32_t* to = &_bss_start; to < &_bss_end; ++to) *to = 0;
  run_bridge();
}

// A fault or an interrupt that nobody asked for: the watchdog ends it.
[[noreturn]] void stray() {
  for (;;) {
  }
}
}

namespace vitalgate::bridge::firmware {

Kept& kept() { return reinterpret_cast<Kept&>(_kept); }

}  // namespace vitalgate::bridge::firmware

namespace {

using Vector = void (*)();

struct Vectors {
  uint32_t* stack;
  Vector exceptions[15];
  Vector interrupts[32];
};

[[gnu::section(".vectors"), gnu::used]] const Vectors kVectors = {
    &_stack_top,
    {reset, watchdog_interrupt, stray, stray, stray, stray, stray, stray, stray, stray, stray,
     stray, stray, stray, tick_interrupt},
    {uart_receive_interrupt,
     uart_transmit_interrupt,
     stray,
     stray,
     stray,
     stray,
     stray,
     stray,
     stray,
     stray,
     stray,
     stray,
     stray,
     stray,
     stray,
     stray,
     stray,
     stray,
     stray,
     stray,
     stray,
     stray,
     stray,
     stray,
     stray,
     stray,
     stray,
     stray,
     stray,
     stray,
     stray,
     stray}};

}  // namespace
