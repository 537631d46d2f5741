#include "tests/unit/firmware-bridge/wire/line_model.h"

#include <algorithm>
#include <cstring>

namespace vitalgate::test {
namespace {

using namespace bridge::wire;

constexpr std::uint64_t kCommitEvery = 250;
constexpr std::uint32_t kOutstanding = 512;
constexpr std::size_t kTransmitBuffer = 512;

Bytes view(const std::vector<std::uint8_t>& bytes) { return {bytes.data(), bytes.size()}; }

}  // namespace

LineModel::LineModel(Chance chance, Faults faults)
    : chance_(std::move(chance)), faults_(faults), memory_(new RingMemory<kRingBytes>) {
  // What memory holds at power-on.
  std::memset(memory_.get(), 0xA5, sizeof *memory_);
  start_bridge();
  start_gateway();
}

void LineModel::start_bridge() {
  ring_ = std::make_unique<Ring>(*memory_);
  if (!ring_->restore()) {
    ++account_.streams;
    account_.forgotten += unnamed_.size();
    unnamed_.clear();
  }
  sender_ = std::make_unique<Sender>(*ring_, Identity{{}, {}, kTellsTime});
  at_bridge_ = Deframer();
  up_.bytes.clear();  // the transmit buffer; what was on the wire is cut short with it
  bridge_started_ = now_;
}

void LineModel::start_gateway() {
  sessions_ += 1000;
  receiver_ =
      std::make_unique<Receiver>(sessions_, chance_(0x7FFFFFFF) + sessions_, mark_, kOutstanding);
  at_gateway_ = Deframer();
}

void LineModel::measure() {
  std::uint8_t value[40] = {};
  const std::uint64_t content = ++contents_;
  std::memcpy(value, &content, sizeof content);
  const std::size_t size = sizeof content + chance_(sizeof value - sizeof content);
  ring_->push(now_ - bridge_started_, Kind::gatt_value, {value, size});
  ++account_.measured;
  (ring_->stream() == 0 ? unnamed_ : truth_[ring_->stream()]).push_back(content);
}

void LineModel::tick() {
  ++now_;
  if (hits(faults_.kill)) {
    ++account_.kills;
    pending_.clear();
    start_gateway();
  }
  const bool fades = hits(faults_.fade);
  if (fades || hits(faults_.reset)) {
    ++account_.resets;
    if (fades) memory_->bytes[chance_(kRingBytes)] ^= 1;
    if (fades) memory_->states[chance_(2)].crc ^= 1;
    start_bridge();
  }
  bridge_turn();
  gateway_turn();
  if (now_ % kCommitEvery == 0) commit();
}

void LineModel::bridge_turn() {
  const auto came = carry(down_);
  const bool unnamed = ring_->stream() == 0;
  at_bridge_.feed(view(came), [&](Bytes body) {
    sender_->receive(body, now_ - bridge_started_, chance_(0x7FFFFFFF));
  });
  if (unnamed && ring_->stream() != 0) truth_[ring_->stream()].swap(unnamed_);
  std::uint8_t frame[kFrameMax];
  while (up_.bytes.size() + kFrameMax <= kTransmitBuffer) {
    const std::size_t size = sender_->next(now_ - bridge_started_, frame);
    if (size == 0) return;
    ++account_.frames;
    put(up_, frame, size);
  }
}

void LineModel::gateway_turn() {
  const auto came = carry(up_);
  at_gateway_.feed(view(came), [&](Bytes body) {
    receiver_->receive(body, now_);
    take_deliveries();
  });
  std::uint8_t frame[kFrameMax];
  while (down_.bytes.size() + kFrameMax <= kTransmitBuffer) {
    const std::size_t size = receiver_->next(now_, now_ + 1'800'000'000'000, frame);
    if (size == 0) return;
    put(down_, frame, size);
  }
}

void LineModel::take_deliveries() {
  Receiver::Delivery each;
  while (receiver_->take(each)) {
    const std::uint64_t stream = receiver_->stored().stream;
    if (each.what == Receiver::What::lost) {
      pending_.push_back({each.first, 0, each.last, {stream, each.last}});
    } else if (each.what == Receiver::What::record) {
      std::uint64_t content = 0;
      if (each.record.payload.size < sizeof content) return note("a record was cut short");
      std::memcpy(&content, each.record.payload.data, sizeof content);
      const std::uint64_t number = each.record.sequence;
      pending_.push_back({number, content, number, {stream, number}});
    }
  }
}

void LineModel::commit() {
  for (const Item& item : pending_) {
    store_[item.mark.stream].push_back(item);
    mark_ = item.mark;
    (item.content != 0 ? account_.stored : account_.lost) +=
        item.content != 0 ? 1 : item.last - item.sequence + 1;
  }
  pending_.clear();
  receiver_->confirm(mark_);
}

void LineModel::put(Line& line, const std::uint8_t* frame, std::size_t size) {
  std::vector<std::uint8_t> bytes(frame, frame + size);
  if (faults_.repeat > 0 && chance_(1000) < faults_.repeat)
    bytes.insert(bytes.end(), frame, frame + size);
  if (line.held.empty() && faults_.swap > 0 && chance_(1000) < faults_.swap) {
    line.held.swap(bytes);
    return;
  }
  line.bytes.insert(line.bytes.end(), bytes.begin(), bytes.end());
  line.bytes.insert(line.bytes.end(), line.held.begin(), line.held.end());
  line.held.clear();
}

std::vector<std::uint8_t> LineModel::carry(Line& line) {
  std::vector<std::uint8_t> out;
  if (line.stalled > 0) {
    --line.stalled;
    return out;
  }
  for (std::uint32_t i = 0; i < faults_.bytes_per_ms && !line.bytes.empty(); ++i) {
    std::uint8_t byte = line.bytes.front();
    line.bytes.pop_front();
    if (hits(faults_.stall)) line.stalled = chance_(500);
    if (hits(faults_.drop)) continue;
    if (hits(faults_.flip)) byte = static_cast<std::uint8_t>(byte ^ 1U << chance_(8));
    out.push_back(byte);
    if (hits(faults_.twice)) out.push_back(byte);
  }
  return out;
}

bool LineModel::settle(std::uint32_t ms) {
  const std::uint32_t speed = faults_.bytes_per_ms;
  faults_ = Faults{};
  faults_.bytes_per_ms = speed;
  for (std::uint32_t i = 0; i < ms; ++i) {
    tick();
    if (ring_->stream() != 0 && ring_->stored() == ring_->newest()) return true;
  }
  return false;
}

void LineModel::note(const std::string& fault) {
  if (fault_.empty()) fault_ = fault;
}

std::string LineModel::fault() const {
  if (!fault_.empty()) return fault_;
  for (const auto& [stream, items] : store_) {
    const auto truth = truth_.find(stream);
    if (truth == truth_.end()) return "a stream that never was";
    std::uint64_t next = 1;
    for (const Item& item : items) {
      if (item.sequence != next) return "record " + std::to_string(next) + " is not there";
      if (item.last > truth->second.size()) return "a record that was never measured";
      if (item.content != 0 && truth->second[item.sequence - 1] != item.content)
        return "record " + std::to_string(next) + " says something else";
      next = item.last + 1;
    }
    if (stream == ring_->stream() && ring_->stored() >= next) return "a false confirmation";
  }
  return {};
}

}  // namespace vitalgate::test
