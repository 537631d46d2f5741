// Ring: a bridge's memory of what it measured, until a gateway has made it durable.
//
// Records are numbered from 1 in the order they came. When there is no room the oldest ones give
// way; what was lost is then exactly stored()+1 .. oldest()-1 for as long as no gateway has taken
// note of it. All of it lives in memory that the start-up code leaves alone, so that a warm reset
// loses nothing: restore() accepts that memory only when every part of it checks out.
//
// The state is kept twice and written in turn, so that a reset between any two instructions leaves
// one that is whole. One thread; not for interrupt handlers.
#pragma once

#include "firmware-bridge/wire/message.h"

namespace vitalgate::bridge::wire {

struct RingState {
  uint32_t generation;  // counts up; the newer of two states is the true one
  uint32_t boot;        // starts since the stream began
  uint64_t stream;      // 0: nobody asked yet
  uint64_t stored;
  uint64_t oldest;
  uint64_t newest;
  uint64_t dropped;
  uint32_t head;  // where `oldest` begins
  uint32_t used;
  uint32_t size;  // of the bytes: another firmware's ring is not ours
  uint32_t crc;   // of everything before it
};

// To be put where nothing clears it.
template <uint32_t size>
struct RingMemory {
  RingState states[2];
  uint32_t writing;  // nonzero while a state is written
  uint8_t bytes[size];
};

class Ring {
 public:
  struct Entry {
    uint16_t boot;
    uint64_t tick;
    Kind kind;
    Bytes payload;  // in the caller's buffer
  };
  // One record takes this much beside its payload.
  static constexpr size_t kOverheadBytes = 13;

  template <uint32_t size>
  explicit Ring(RingMemory<size>& memory)
      : states_(memory.states), writing_(&memory.writing), bytes_(memory.bytes), size_(size) {
    static_assert(size >= 2 * (kPayloadMax + kOverheadBytes) && size % 4 == 0);
  }

  // Once, at the start. True: records of before are here, and boot() is one more. False: the
  // memory made no sense and a new numbering begins.
  bool restore();

  // The stream gets its id when a gateway first asks.
  void name_stream(uint64_t id);

  // Takes the record, however many of the oldest must go. False: the payload is too long.
  bool push(uint64_t tick, Kind kind, Bytes payload);

  // A gateway has everything up to `last`. True when that was news.
  bool release(uint64_t last);

  [[nodiscard]] uint64_t stream() const { return now_.stream; }
  [[nodiscard]] uint16_t boot() const { return static_cast<uint16_t>(now_.boot); }
  [[nodiscard]] uint64_t stored() const { return now_.stored; }
  [[nodiscard]] uint64_t oldest() const { return now_.oldest; }
  [[nodiscard]] uint64_t newest() const { return now_.newest; }
  [[nodiscard]] uint64_t dropped() const { return now_.dropped; }
  [[nodiscard]] uint32_t free_bytes() const { return size_ - now_.used; }

  // Places of records, for a sender that goes through them.
  [[nodiscard]] uint32_t first_place() const { return now_.head; }
  [[nodiscard]] uint32_t place_after(uint32_t place) const;
  void read(uint32_t place, Entry& entry, uint8_t (&payload)[kPayloadMax]) const;

 private:
  void commit();
  void drop_oldest();
  [[nodiscard]] bool intact() const;
  void get(uint32_t place, uint8_t* out, size_t count) const;
  void put(uint32_t place, const uint8_t* in, size_t count);
  [[nodiscard]] uint32_t wrap(uint32_t place) const {
    return place < size_ ? place : place - size_;
  }

  RingState* states_;
  uint32_t* writing_;
  uint8_t* bytes_;
  uint32_t size_;
  RingState now_{};
};

}  // namespace vitalgate::bridge::wire
