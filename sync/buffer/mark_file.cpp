#include "sync/buffer/mark_file.h"

#include <algorithm>
#include <cstring>

#include "agent/core/limits.h"
#include "sync/batch/digest.h"

namespace vitalgate::sync {
namespace {

constexpr std::size_t kSlotBytes = 512;
constexpr std::uint64_t kSoonSlot = 2;
constexpr std::size_t kSlots = 3;
constexpr std::size_t kDigestBytes = 32;
constexpr std::string_view kMagic = "VGMARK02";
constexpr std::size_t kEpochBytes = 16;

class Writer {
 public:
  void text(std::string_view value) { bytes_.append(value); }
  void number(std::uint64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8)
      bytes_.push_back(static_cast<char>(value >> static_cast<unsigned>(shift) & 0xff));
  }
  std::string take(std::size_t size) {
    bytes_.resize(size, '\0');
    return std::move(bytes_);
  }

 private:
  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  std::string_view text(std::size_t size) {
    const auto part = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return part;
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (const char byte : text(8)) value = value << 8 | static_cast<unsigned char>(byte);
    return value;
  }

 private:
  std::string_view bytes_;
};

std::string encode(const Mark& mark, std::uint64_t counter) {
  VG_CHECK(mark.epoch.size() < kEpochBytes);
  Writer out;
  out.text(kMagic);
  out.number(counter);
  out.number(mark.generation);
  out.text(std::string(mark.epoch).append(kEpochBytes - mark.epoch.size(), '\0'));
  for (const Mark::Lane& lane : mark.lanes) {
    out.number(lane.last);
    out.number(lane.settled);
    out.number(lane.next_batch);
    out.text({lane.chain.data(), lane.chain.size()});
  }
  const std::string body = out.take(kSlotBytes - kDigestBytes);
  return body + sha256(body);
}

struct Slot {
  Mark mark;
  std::uint64_t counter = 0;
};

// Letters and digits: it is part of ids that are sent.
bool is_epoch(std::string_view text) {
  return !text.empty() && text.size() < kEpochBytes &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

std::optional<Slot> decode(std::string_view bytes) {
  if (bytes.size() != kSlotBytes) return std::nullopt;
  const std::string_view body = bytes.substr(0, kSlotBytes - kDigestBytes);
  if (sha256(body) != bytes.substr(body.size())) return std::nullopt;
  Reader in(body);
  if (in.text(kMagic.size()) != kMagic) return std::nullopt;
  Slot slot;
  slot.counter = in.number();
  const std::uint64_t generation = in.number();
  slot.mark.generation = static_cast<Generation>(generation);
  const std::string_view epoch = in.text(kEpochBytes);
  slot.mark.epoch = epoch.substr(0, epoch.find('\0'));
  // The checksum has no key: somebody else may have written it.
  bool sound = generation <= kGenerationMax && is_epoch(slot.mark.epoch);
  for (Mark::Lane& lane : slot.mark.lanes) {
    lane.last = in.number();
    lane.settled = in.number();
    lane.next_batch = in.number();
    std::memcpy(lane.chain.data(), in.text(lane.chain.size()).data(), lane.chain.size());
    sound = sound && lane.last <= limits::kSequenceMax && lane.settled <= lane.last &&
            lane.next_batch >= 1 && lane.next_batch <= limits::kSequenceMax;
  }
  if (!sound) return std::nullopt;
  return slot;
}

}  // namespace

Result<std::optional<Mark>> MarkFile::read() {
  const std::string bytes = VG_TRY(disk_->read(file_, kSlots * kSlotBytes));
  exists_ = !bytes.empty();
  std::optional<Slot> newest;
  std::uint64_t newest_synced = 0;
  for (std::uint64_t number = 0; number * kSlotBytes < bytes.size(); ++number) {
    const std::string_view part = std::string_view(bytes).substr(number * kSlotBytes, kSlotBytes);
    auto slot = decode(part);
    if (!slot) continue;
    if (number < kSoonSlot && slot->counter > newest_synced) {
      newest_synced = slot->counter;
      slot_ = number;
    }
    if (!newest || slot->counter > newest->counter) newest = std::move(slot);
  }
  if (!newest) return std::optional<Mark>();
  counter_ = newest->counter;
  return std::optional<Mark>(std::move(newest->mark));
}

Result<> MarkFile::write(const Mark& mark) {
  slot_ = 1 - slot_;
  VG_TRY(disk_->write(file_, slot_ * kSlotBytes, encode(mark, ++counter_)));
  if (!exists_) VG_TRY(disk_->sync_directory(directory_));
  exists_ = true;
  return {};
}

Result<> MarkFile::write_soon(const Mark& mark) {
  if (!exists_) return write(mark);
  return disk_->write_soon(file_, kSoonSlot * kSlotBytes, encode(mark, ++counter_));
}

Result<> MarkFile::remove() {
  VG_TRY(disk_->remove(file_));
  exists_ = false;
  return disk_->sync_directory(directory_);
}

}  // namespace vitalgate::sync
