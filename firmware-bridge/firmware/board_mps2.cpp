// Arm MPS2 with a Cortex-M3 (AN385), also as QEMU's mps2-an385: CMSDK UART 0, SysTick and the
// CMSDK watchdog. Addresses: Arm DAI 0385, chapter 3; Cortex-M System Design Kit, DDI 0479.
#include "firmware-bridge/firmware/board.h"
#include "firmware-bridge/firmware/kept.h"

namespace vitalgate::bridge::firmware::board {
namespace {

constexpr uint32_t kClockHz = 25'000'000;
constexpr uint32_t kBaud = 921'600;

volatile uint32_t& at(uint32_t address) {
  return *reinterpret_cast<volatile uint32_t*>(address);  // NOLINT: registers have addresses
}

constexpr uint32_t kUart = 0x40004000;
constexpr uint32_t kUartData = kUart;
constexpr uint32_t kUartState = kUart + 0x4;  // 1 transmitter full, 2 receiver full
constexpr uint32_t kUartControl = kUart + 0x8;
constexpr uint32_t kUartInterrupts = kUart + 0xC;  // 1 transmit, 2 receive; written: cleared
constexpr uint32_t kUartDivider = kUart + 0x10;
constexpr uint32_t kTransmit = 1;
constexpr uint32_t kReceive = 2;

constexpr uint32_t kWatchdog = 0x40008000;
constexpr uint32_t kWatchdogLoad = kWatchdog;
constexpr uint32_t kWatchdogControl = kWatchdog + 0x8;  // 1 interrupt, 2 reset
constexpr uint32_t kWatchdogClear = kWatchdog + 0xC;

constexpr uint32_t kTickControl = 0xE000E010;
constexpr uint32_t kTickReload = 0xE000E014;
constexpr uint32_t kTickValue = 0xE000E018;
constexpr uint32_t kEnableInterrupts = 0xE000E100;

// One writer, one reader, on one core: each index is written by one side only.
template <uint32_t size>
struct Queue {
  static_assert((size & (size - 1)) == 0);
  volatile uint32_t head = 0;  // written
  volatile uint32_t tail = 0;  // read
  volatile uint8_t bytes[size] = {};

  [[nodiscard]] uint32_t used() const { return head - tail; }
  [[nodiscard]] uint32_t room() const { return size - used(); }
  void push(uint8_t byte) {
    bytes[head % size] = byte;
    head = head + 1;
  }
  uint8_t pop() {
    const uint8_t byte = bytes[tail % size];
    tail = tail + 1;
    return byte;
  }
};

Queue<2048> received;
Queue<1024> to_send;
volatile uint32_t ticks_low = 0;
volatile uint32_t ticks_high = 0;

void interrupts(bool on) {
  if (on)
    asm volatile("cpsie i" ::: "memory");
  else
    asm volatile("cpsid i" ::: "memory");
}

// The UART has one byte of its own; the next interrupt comes when that has gone out.
void pump() {
  while (to_send.used() > 0 && (at(kUartState) & kTransmit) == 0) at(kUartData) = to_send.pop();
}

}  // namespace

extern "C" void uart_receive_interrupt() {
  at(kUartInterrupts) = kReceive;
  while ((at(kUartState) & kReceive) != 0) {
    const auto byte = static_cast<uint8_t>(at(kUartData));
    if (received.room() > 0) received.push(byte);
  }
}

extern "C" void uart_transmit_interrupt() {
  at(kUartInterrupts) = kTransmit;
  pump();
}

extern "C" void tick_interrupt() {
  ticks_low = ticks_low + 1;
  if (ticks_low == 0) ticks_high = ticks_high + 1;
}

// The watchdog's first warning comes as an NMI, its second is the reset: nothing here helps it.
extern "C" void watchdog_interrupt() {
  kept().watchdog_bit = kWatchdogBit;
  for (;;) {
  }
}

void start() {
  at(kTickReload) = kClockHz / 1000 - 1;
  at(kTickValue) = 0;
  at(kTickControl) = 7;  // processor clock, interrupt, on
  at(kUartDivider) = kClockHz / kBaud;
  at(kUartControl) = 0xF;  // both directions, both interrupts
  at(kEnableInterrupts) = 3;
  at(kWatchdogLoad) = kClockHz / 1000 * (kWatchdogMs / 2);  // it counts down twice
  at(kWatchdogControl) = 3;
  interrupts(true);
}

uint64_t now() {
  interrupts(false);
  const uint64_t value = uint64_t{ticks_high} << 32 | ticks_low;
  interrupts(true);
  return value;
}

uint32_t counter() { return at(kTickValue); }

size_t receive(uint8_t* into, size_t capacity) {
  size_t count = 0;
  while (count < capacity && received.used() > 0) into[count++] = received.pop();
  return count;
}

size_t room_to_send() { return to_send.room(); }

void send(wire::Bytes bytes) {
  for (size_t i = 0; i < bytes.size && to_send.room() > 0; ++i) to_send.push(bytes.data[i]);
  interrupts(false);  // so that the transmit interrupt does not pump as well
  pump();
  interrupts(true);
}

void still_alive() { at(kWatchdogClear) = 1; }

void wait() {
  // With interrupts off, one that comes in between still ends the sleep.
  interrupts(false);
  if (received.used() == 0) asm volatile("wfi");
  interrupts(true);
}

}  // namespace vitalgate::bridge::firmware::board
