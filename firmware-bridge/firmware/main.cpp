// The bridge: sensors into the ring, the ring onto the line.
#include "firmware-bridge/firmware/board.h"
#include "firmware-bridge/firmware/kept.h"
#include "firmware-bridge/firmware/sender.h"
#include "firmware-bridge/firmware/simulated_patient.h"
#ifdef VITALGATE_FIRMWARE_TEST
#include "firmware-bridge/firmware/test_commands.h"
#endif

namespace vitalgate::bridge::firmware {
namespace {

constexpr size_t kReadBytes = 128;
constexpr unsigned kPollsPerTurn = 16;  // so that the line gets its turn

template <size_t size>
constexpr wire::Bytes text(const char (&letters)[size]) {
  return {reinterpret_cast<const uint8_t*>(letters), size - 1};
}

class Bridge {
 public:
  explicit Bridge(Kept& kept)
      : kept_(kept),
        ring_(kept.ring),
        restored_(ring_.restore()),
        sender_(ring_, {text("simulated patient"), text("vitalgate-bridge 0.1.0"),
                        wire::kTellsTime | wire::kSurvivesResets}),
        patient_(ring_) {
    for (uint8_t channel = 0; !restored_ && channel < kChannels; ++channel) attach(channel);
  }

  void turn() {
    board::still_alive();
    listen();
    measure();
    speak();
  }

  // What to measure: what a test asked for, before the reset too; otherwise once a second each.
  void begin() {
#ifdef VITALGATE_FIRMWARE_TEST
    if (restored_ && kept_.make_proof == proof())
      patient_.make(kept_.make_until, kept_.make_per_second, board::now());
#else
    patient_.make(wire::kSequenceMax, kChannels, board::now());
#endif
  }

 private:
  void attach(uint8_t channel) {
    uint8_t payload[wire::kPayloadMax];
    const size_t size = wire::to_payload(wire::SensorState{channel, 1, text("simulated")}, payload);
    ring_.push(board::now(), wire::Kind::sensor_state, {payload, size});
  }

  void listen() {
    uint8_t bytes[kReadBytes];
    const size_t count = board::receive(bytes, sizeof bytes);
    deframer_.feed({bytes, count}, [this](wire::Bytes body) {
      if (!sender_.receive(body, board::now(), board::counter())) other_message(body);
    });
  }

  void measure() {
    uint8_t bytes[wire::kValueMax];
    uint8_t payload[wire::kPayloadMax];
    wire::GattValue value;
    for (unsigned i = 0; i < kPollsPerTurn && patient_.poll(board::now(), bytes, value); ++i)
      ring_.push(board::now(), wire::Kind::gatt_value, {payload, wire::to_payload(value, payload)});
  }

  void speak() {
    uint8_t frame[wire::kFrameMax];
    while (board::room_to_send() >= sizeof frame) {
      size_t size = sender_.next(board::now(), frame);
      if (size == 0) size = tell_start(frame);
      if (size == 0) return;
      board::send({frame, size});
    }
  }

  // Once, when somebody is there to hear it.
  size_t tell_start(uint8_t* frame) {
    if (told_ || !sender_.has_gateway(board::now())) return 0;
    told_ = true;
    const bool bitten = kept_.watchdog_bit == kWatchdogBit;
    kept_.watchdog_bit = 0;
    if (bitten) return wire::to_frame(wire::Log{1, text("reset by the watchdog")}, frame);
    return wire::to_frame(
        wire::Log{2, restored_ ? text("started, records kept") : text("started, no records")},
        frame);
  }

  void other_message([[maybe_unused]] wire::Bytes body) {
#ifdef VITALGATE_FIRMWARE_TEST
    if (Make make; wire::from_body(body, make)) {
      kept_.make_until = make.until;
      kept_.make_per_second = make.per_second;
      kept_.make_proof = proof();
      patient_.make(make.until, make.per_second, board::now());
    } else if (Hang hang; wire::from_body(body, hang)) {
      for (;;) {
      }
    }
#endif
  }

#ifdef VITALGATE_FIRMWARE_TEST
  [[nodiscard]] uint32_t proof() const {
    return ~(static_cast<uint32_t>(kept_.make_until) + kept_.make_per_second);
  }
#endif

  Kept& kept_;
  wire::Ring ring_;
  const bool restored_;
  wire::Sender sender_;
  SimulatedPatient patient_;
  wire::Deframer deframer_;
  bool told_ = false;
};

// All the memory there is, besides the stack: known when it is linked.
static_assert(sizeof(Bridge) <= 8 * 1024);
static_assert(sizeof(Kept) <= kRingBytes + 256);
alignas(Bridge) uint8_t place[sizeof(Bridge)];

}  // namespace
}  // namespace vitalgate::bridge::firmware

// Placement new without a library's header.
struct InPlace {};
inline void* operator new(size_t, void* where, InPlace) noexcept { return where; }

extern "C" [[noreturn]] void run_bridge() {
  using namespace vitalgate::bridge::firmware;
  auto& bridge = *new (place, InPlace{}) Bridge(kept());
  board::start();
  bridge.begin();
  for (;;) {
    bridge.turn();
    board::wait();
  }
}
