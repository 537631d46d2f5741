#include "tests/simulation/hub.h"

#include "sync/batch/digest.h"

namespace vitalgate::simulation {
namespace {

constexpr std::string_view kNextRow = "},{\"reading_id\":";

std::uint64_t hash_of_event(const sync::BatchBody& body) {
  std::uint64_t hash = hash_of(body.head);
  for (const std::string& rows : body.segments) hash = hash * 31 + hash_of(rows);
  return hash;
}

std::string joined(const std::vector<std::string>& segments) {
  std::string rows;
  for (const std::string& segment : segments) rows.append(rows.empty() ? "" : ",").append(segment);
  return rows;
}

}  // namespace

Hub::Hub(Stage& stage, Ledger& ledger, std::string name, std::size_t refuses_one_in)
    : stage_(stage), ledger_(ledger), name_(std::move(name)), refuses_one_in_(refuses_one_in) {}

void Hub::broken(std::string_view promise, std::string_view what, std::string_view where) {
  stage_.broken(std::string(promise)
                    .append(": at ")
                    .append(name_)
                    .append(": ")
                    .append(what)
                    .append(": ")
                    .append(where));
}

bool Hub::refuses(const Row& row) const {
  if (refuses_one_in_ == 0) return false;
  return Dice(std::uint64_t{row.device} << 32 | row.number).next() % refuses_one_in_ == 0;
}

// Null when it cannot be read.
const Hub::Event* Hub::read(const sync::BatchBody& body) {
  const std::string id(cut_out(body.head, "\"id\":\"", '"'));
  const std::uint64_t hash = hash_of_event(body);
  const auto found = known_.find(id);
  if (found != known_.end()) {
    ++repeats_;
    if (found->second.hash != hash) broken("P5", "a batch came again with other bytes", id);
    return &found->second;
  }
  Event event{.hash = hash,
              .stream = std::string(stream_of(body)),
              .range = {number_in(cut_out(body.head, "\"first_seq\":", ',')),
                        number_in(cut_out(body.head, "\"last_seq\":", ','))},
              .tombstone = cut_out(body.head, "\"count\":", ',') == "0"};
  if (event.stream.empty() || event.range.first == 0 || event.range.first > event.range.last) {
    broken("P5", "a batch without a stream or a range", id);
    return nullptr;
  }
  if (event.tombstone != body.segments.empty()) broken("P4", "a declaration with rows", id);
  if (!event.tombstone) read_rows(body, event);
  return &known_.emplace(id, std::move(event)).first->second;
}

void Hub::read_rows(const sync::BatchBody& body, const Event& event) {
  const std::string rows = joined(body.segments);
  if (cut_out(body.head, "\"readings_sha256\":\"", '"') != sync::sha256_hex(rows))
    broken("P5", "the hash in a head is not of its rows", event.stream);
  std::string_view left = rows;
  Sequence sequence = event.range.first;
  for (; !left.empty(); ++sequence) {
    const std::size_t next = left.find(kNextRow);
    read_row(event, sequence, left.substr(0, next == std::string_view::npos ? next : next + 1));
    left.remove_prefix(next == std::string_view::npos ? left.size() : next + 2);
  }
  if (sequence != event.range.last + 1 ||
      number_in(cut_out(body.head, "\"count\":", ',')) != event.range.count())
    broken("P5", "a batch has not as many readings as it says", event.stream);
}

void Hub::read_row(const Event& event, Sequence sequence, std::string_view row) {
  const Row* const known = ledger_.find(event.stream, sequence);
  const auto where = [&] {
    return std::string(event.stream).append(" ").append(std::to_string(sequence));
  };
  if (known == nullptr)
    broken("P2", "a reading that the gateway never took", where());
  else if (known->hash != hash_of(row))
    broken("P2", "another reading than the gateway took under this number", where());
}

bool Hub::holds_refused(const sync::BatchBody& body) const {
  const std::string stream(stream_of(body));
  for (Sequence sequence = body.info.range.first; sequence <= body.info.range.last; ++sequence)
    if (const Row* const row = ledger_.find(stream, sequence); row != nullptr && refuses(*row))
      return !body.info.tombstone;
  return false;
}

void Hub::refuse_whole(const sync::BatchBody& body) {
  if (read(body) == nullptr || body.info.range.count() > 1) return;
  refused_ += streams_[std::string(stream_of(body))].refused.add(body.info.range).size();
}

sync::HubAnswer Hub::receive(const sync::BatchBody& body) {
  ++events_;
  const Event* const event = read(body);
  if (event == nullptr) return {};
  stage_.say_of(event->stream, event->range, name_ + " receives it");
  Stream& stream = streams_[event->stream];
  stream.highest = std::max(stream.highest, event->range.last);
  sync::HubAnswer answer{event->stream, {}, {}};
  if (event->tombstone) {
    stream.dropped.add(event->range);
    return answer;
  }
  Range run{event->range.first, 0};
  const auto store = [&] {
    if (run.last < run.first) return;
    for (const Range& fresh : stream.stored.add(run))
      arrived_.push_back({stage_.now(), event->stream, fresh});
    answer.stored.push_back(run);
  };
  for (Sequence sequence = event->range.first; sequence <= event->range.last; ++sequence) {
    const Row* const row = ledger_.find(event->stream, sequence);
    if (row == nullptr || !refuses(*row)) {
      run.last = sequence;
      continue;
    }
    store();
    run = {sequence + 1, 0};
    refused_ += stream.refused.add({sequence, sequence}).size();
    const std::string_view head = body.head;
    std::string id(head.substr(0, 0));
    id.append(cut_out(head, "\"gateway_id\":\"", '"'))
        .append(".")
        .append(event->stream)
        .append(".");
    sync::append_fixed(id, sequence);
    answer.rejected.push_back({std::move(id), "invalid-value", "not of this world"});
  }
  store();
  return answer;
}

sync::HubAnswer Hub::all_of(const std::string& stream) const {
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return {stream, {}, {}};
  return {stream, found->second.stored.ranges(), {}};
}

void Hub::restore(Time since, bool forgiven) {
  for (const Arrived& one : arrived_) {
    if (one.at < since) continue;
    stage_.say_of(one.stream, one.range,
                  name_ + (forgiven ? " forgets it for good" : " forgets it"));
    Stream& stream = streams_[one.stream];
    stream.stored.remove(one.range);
    if (forgiven) stream.forgiven.add(one.range);
  }
  std::erase_if(arrived_, [&](const Arrived& one) { return one.at >= since; });
}

Hub::Fate Hub::fate(const std::string& stream, Sequence sequence) const {
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return Fate::missing;
  const Range one{sequence, sequence};
  const Stream& known = found->second;
  return known.stored.contains(one)     ? Fate::stored
         : known.refused.contains(one)  ? Fate::refused
         : known.dropped.contains(one)  ? Fate::dropped
         : known.forgiven.contains(one) ? Fate::forgiven
                                        : Fate::missing;
}

Sequence Hub::highest(const std::string& stream) const {
  const auto found = streams_.find(stream);
  return found == streams_.end() ? 0 : found->second.highest;
}

}  // namespace vitalgate::simulation
