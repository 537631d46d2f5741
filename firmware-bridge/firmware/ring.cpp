#include "firmware-bridge/firmware/ring.h"

namespace vitalgate::bridge::wire {
namespace {

constexpr size_t kHeadBytes = Ring::kOverheadBytes - kCrcBytes;  // length, boot, tick, kind

// Keeps the compiler from moving writes across: a reset may come in between.
void settle() {
#ifdef __arm__
  __asm__ volatile("dmb" ::: "memory");
#else
  __asm__ volatile("" ::: "memory");  // a test's "reset" is seen by the same processor
#endif
}

uint32_t crc_of(const RingState& state) {
  // RingState has no padding before its last field.
  static_assert(sizeof(RingState) == 64 && __builtin_offsetof(RingState, crc) == 60);
  return crc32c({reinterpret_cast<const uint8_t*>(&state), __builtin_offsetof(RingState, crc)});
}

bool whole(const RingState& state, uint32_t size) {
  return crc_of(state) == state.crc && state.size == size && state.head < size &&
         state.used <= size && state.oldest > state.stored && state.newest + 1 >= state.oldest;
}

}  // namespace

bool Ring::restore() {
  settle();
  const bool first = whole(states_[0], size_);
  const bool second = whole(states_[1], size_);
  // A state that is broken although none was being written: the memory has faded, and the other
  // one may be too old. Its numbers must not be given out twice.
  if ((first && second) || (*writing_ != 0 && (first || second))) {
    const auto newer = static_cast<int32_t>(states_[1].generation - states_[0].generation);
    const bool take_second = second && (!first || newer > 0);
    now_ = states_[take_second ? 1 : 0];
    if (intact() && now_.boot < UINT16_MAX) {
      ++now_.boot;
      commit();
      commit();
      return true;
    }
  }
  now_ = {1, 1, 0, 0, 1, 0, 0, 0, 0, size_, 0};
  commit();
  commit();
  return false;
}

void Ring::name_stream(uint64_t id) {
  now_.stream = id;
  commit();
}

bool Ring::push(uint64_t tick, Kind kind, Bytes payload) {
  if (payload.size > kPayloadMax) return false;
  const auto size = static_cast<uint32_t>(payload.size + kOverheadBytes);
  const uint64_t oldest = now_.oldest;
  while (size_ - now_.used < size) drop_oldest();
  // That they are gone must be known before their bytes are written over.
  if (now_.oldest != oldest) commit();

  uint8_t entry[kPayloadMax + kOverheadBytes];
  Writer writer(entry, sizeof entry);
  writer.number(payload.size, 1);
  writer.number(now_.boot, 2);
  writer.number(tick, 5);
  writer.number(kind, 1);
  writer.rest(payload, kPayloadMax);
  writer.number(crc32c({entry, writer.size()}), kCrcBytes);
  put(wrap(now_.head + now_.used), entry, size);
  settle();
  now_.used += size;
  ++now_.newest;
  commit();
  return true;
}

bool Ring::release(uint64_t last) {
  if (last <= now_.stored || last > now_.newest) return false;
  while (now_.oldest <= last) {
    const uint32_t next = place_after(now_.head);
    now_.used -= wrap(next + size_ - now_.head);
    now_.head = next;
    ++now_.oldest;
  }
  now_.stored = last;
  commit();
  return true;
}

uint32_t Ring::place_after(uint32_t place) const {
  return wrap(place + bytes_[place] + static_cast<uint32_t>(kOverheadBytes));
}

void Ring::read(uint32_t place, Entry& entry, uint8_t (&payload)[kPayloadMax]) const {
  uint8_t head[kHeadBytes];
  get(place, head, sizeof head);
  Reader reader({head, sizeof head});
  uint8_t size = 0;
  reader.number(size, 1);
  reader.number(entry.boot, 2);
  reader.number(entry.tick, 5);
  reader.number(entry.kind, 1);
  entry.payload = {payload, size <= kPayloadMax ? size : kPayloadMax};
  get(wrap(place + static_cast<uint32_t>(kHeadBytes)), payload, entry.payload.size);
}

void Ring::commit() {
  ++now_.generation;
  now_.crc = crc_of(now_);
  *writing_ = 1;
  settle();
  states_[now_.generation % 2] = now_;
  settle();
  *writing_ = 0;
  settle();
}

void Ring::drop_oldest() {
  const uint32_t next = place_after(now_.head);
  now_.used -= wrap(next + size_ - now_.head);
  now_.head = next;
  ++now_.oldest;
  ++now_.dropped;
}

// Whether every record is whole, and they are as many as they should be.
bool Ring::intact() const {
  uint32_t place = now_.head;
  uint32_t left = now_.used;
  uint64_t count = 0;
  for (; left > 0; ++count) {
    uint8_t entry[kPayloadMax + kOverheadBytes];
    const size_t size = bytes_[place] + kOverheadBytes;
    if (size > left || size > sizeof entry) return false;
    get(place, entry, size);
    uint32_t crc = 0;
    Reader({entry + size - kCrcBytes, kCrcBytes}).number(crc, kCrcBytes);
    if (crc != crc32c({entry, size - kCrcBytes})) return false;
    place = wrap(place + static_cast<uint32_t>(size));
    left -= static_cast<uint32_t>(size);
  }
  return count == now_.newest + 1 - now_.oldest;
}

void Ring::get(uint32_t place, uint8_t* out, size_t count) const {
  const size_t straight = count < size_ - place ? count : size_ - place;
  __builtin_memcpy(out, bytes_ + place, straight);
  __builtin_memcpy(out + straight, bytes_, count - straight);
}

void Ring::put(uint32_t place, const uint8_t* in, size_t count) {
  const size_t straight = count < size_ - place ? count : size_ - place;
  __builtin_memcpy(bytes_ + place, in, straight);
  __builtin_memcpy(bytes_, in + straight, count - straight);
}

}  // namespace vitalgate::bridge::wire
