#include "tests/proof/check.h"

#include <algorithm>
#include <functional>
#include <set>

#include "config/catalogue.h"
#include "sync/batch/digest.h"
#include "sync/batch/envelope.h"
#include "sync/buffer/mark_file.h"
#include "tests/proof/workload.h"

namespace vitalgate::proof {
namespace {

using namespace std::chrono_literals;

constexpr int kMendsMax = 6;
constexpr Clock::time_point kOpenedAt{std::chrono::hours(2)};
const WallTime kWall{std::chrono::hours(500'000)};

using Ranges = std::map<std::string, sync::RangeSet, std::less<>>;  // by stream id

std::string at(std::string_view stream, Sequence sequence) {
  return std::string(stream).append(" ").append(std::to_string(sequence));
}

class Judge {
 public:
  Judge(const sync::BufferOptions& options, const Model& model, const Expectation& expectation)
      : options_(options), model_(model), expect_(expectation) {}

  Finding judge();

 private:
  void read_mark();
  [[nodiscard]] bool is_behind_mark(const StreamModel& stream, Sequence sequence) const;
  bool open();
  bool mend();
  bool drain();
  bool drain(std::size_t destination);
  bool batch(std::size_t destination, const sync::BatchInfo& info);
  bool sent_bytes(std::string_view stream, const StreamModel& told, const sync::BatchBody& body);
  bool event(std::string_view stream, const StreamModel& told, const sync::BatchBody& body);
  bool rows(std::string_view stream, const StreamModel& told, const sync::BatchBody& body);
  void losses();
  void missing();
  void missing(const std::string& name, const StreamModel& stream, Sequence sequence,
               const Told& told);
  void numbers();
  void marks();
  // The source will not send again what is at or before `durable`; what was abandoned at or
  // before `known` it knows to be gone.
  void readings_before_mark(std::size_t source, std::uint64_t known, std::uint64_t durable);
  // False: it met damage that was not seen before, and all is to be judged again.
  bool lively();
  void broken(std::string what) {
    if (!finding_.violation) finding_.violation = std::move(what);
  }
  // A failure that a damaged store may have; the caller begins anew after it.
  bool troubled(std::string_view doing, const Error& error);

  const sync::BufferOptions& options_;
  const Model& model_;
  const Expectation& expect_;
  std::optional<sync::Buffer> buffer_;
  std::vector<Ranges> present_;   // by destination
  std::vector<Ranges> declared_;  // dropped ranges that batches tell, by destination
  Ranges lost_;                   // from losses()
  std::optional<sync::Mark> mark_;
  std::set<std::string, std::less<>> own_rows_;  // that lively() gave
  int mends_ = 0;
  Finding finding_;
};

bool Judge::troubled(std::string_view doing, const Error& error) {
  if (!expect_.damaged || error.code == Errc::rejected || ++mends_ > kMendsMax)
    broken(std::string(doing).append(": ").append(error.what));
  return false;
}

void Judge::read_mark() {
  if (!expect_.mark_is_late) return;
  if (auto mark = sync::MarkFile(*options_.disk, options_.directory).read()) mark_ = *mark;
}

bool Judge::is_behind_mark(const StreamModel& stream, Sequence sequence) const {
  if (!expect_.mark_is_late) return false;
  if (!mark_) return true;
  return mark_->epoch == stream.epoch &&
         sequence > mark_->lanes[static_cast<std::size_t>(stream.lane)].last;
}

bool Judge::open() {
  auto opened = sync::Buffer::open(options_, kOpenedAt);
  if (!opened) {
    broken("the buffer does not open: " + opened.error().what);
    return false;
  }
  buffer_.emplace(*std::move(opened));
  return true;
}

bool Judge::mend() {
  if (!buffer_->needs_mending()) return true;
  if (!expect_.damaged) {
    broken("an undamaged store asks to be mended");
    return false;
  }
  if (auto mended = buffer_->mend(kOpenedAt); !mended) return troubled("mend", mended.error());
  return true;
}

bool Judge::drain() {
  if (!mend()) return false;
  auto sealed = buffer_->commit({.now = kOpenedAt, .wall = kWall, .seal_all = true});
  if (!sealed) return troubled("commit", sealed.error());
  present_.assign(options_.destinations.size(), {});
  declared_.assign(options_.destinations.size(), {});
  finding_.readings = 0;
  for (std::size_t i = 0; i < options_.destinations.size(); ++i)
    if (!drain(i)) return false;
  return true;
}

bool Judge::drain(std::size_t destination) {
  for (const sync::BatchInfo& info : buffer_->unconfirmed(destination))
    if (!batch(destination, info)) return false;
  if (buffer_->needs_mending()) return troubled("read", {Errc::corrupt, "needs mending", ""});
  return true;
}

bool Judge::batch(std::size_t destination, const sync::BatchInfo& info) {
  const std::string stream = sync::stream_id(info.key.lane, buffer_->epoch_of(info.key.stream()));
  const auto is_own = [this](const std::string& segment) { return own_rows_.contains(segment); };
  auto body = buffer_->read(info);
  if (!body) return troubled("read " + stream, body.error());
  if (info.tombstone) declared_[destination][stream].add(info.range);
  const auto told = model_.streams().find(stream);
  if (told == model_.streams().end()) {
    if (!info.tombstone && std::all_of(body->segments.begin(), body->segments.end(), is_own))
      return true;
    broken("a batch of a stream that never was: " + stream);
    return false;
  }
  if (info.tombstone) return sent_bytes(stream, told->second, *body);
  const auto fresh = present_[destination][stream].add(info.range);
  if (fresh.size() != 1 || fresh.front() != info.range) {
    broken("two batches hold the same reading: " + at(stream, info.range.first));
    return false;
  }
  finding_.readings += info.range.count();
  return rows(stream, told->second, *body) && event(stream, told->second, *body);
}

// The row that must be at a number; with several that were told, the one that is there.
const Told* find_told(const std::vector<Told>& all, std::string_view rows) {
  for (const Told& told : all)
    if (rows.substr(0, told.text.size()) == told.text) return &told;
  return nullptr;
}

bool Judge::rows(std::string_view stream, const StreamModel& told, const sync::BatchBody& body) {
  Sequence sequence = body.info.range.first;
  for (const std::string& segment : body.segments) {
    std::string_view left = segment;
    if (own_rows_.contains(segment)) {
      ++sequence;
      continue;
    }
    while (!left.empty()) {
      const auto all = told.told.find(sequence);
      const Told* const row = all == told.told.end() ? nullptr : find_told(all->second, left);
      if (row == nullptr) {
        broken("a reading that was never given, or with other bytes: " + at(stream, sequence));
        return false;
      }
      left.remove_prefix(row->text.size());
      if (!left.empty() && left.front() != ',') return broken("rows without a comma"), false;
      if (!left.empty()) left.remove_prefix(1);
      ++sequence;
    }
  }
  if (sequence == body.info.range.last + 1) return true;
  broken("a batch has not as many readings as it says: " + at(stream, body.info.range.first));
  return false;
}

bool Judge::sent_bytes(std::string_view stream, const StreamModel& told,
                       const sync::BatchBody& body) {
  const auto sent = told.sent.find(body.info.key.number);
  if (sent == told.sent.end() || sent->second.at > expect_.at ||
      sent->second.event == event_of(body))
    return true;
  broken("a batch that was sent has other bytes now: " + at(stream, body.info.key.number));
  return false;
}

bool Judge::event(std::string_view stream, const StreamModel& told, const sync::BatchBody& body) {
  if (!sent_bytes(stream, told, body)) return false;
  const std::string text = event_of(body);
  const std::string_view rows = std::string_view(text).substr(
      body.head.size(), text.size() - body.head.size() - sync::kEnvelopeTail.size());
  const std::string range = "\"first_seq\":" + std::to_string(body.info.range.first) +
                            ",\"last_seq\":" + std::to_string(body.info.range.last) + ",";
  const bool whole = body.head.find(range) != std::string::npos &&
                     body.head.find(sync::sha256_hex(rows)) != std::string::npos;
  if (!whole) broken("the head of a batch is of another: " + at(stream, body.info.range.first));
  return whole;
}

void Judge::losses() {
  finding_.losses = buffer_->losses().size();
  for (const sync::Loss& loss : buffer_->losses()) {
    const bool dropped = expect_.may_drop && loss.reason == "no_room";
    const std::string where = loss.stream_id + " " + std::to_string(loss.range.first) + "-" +
                              std::to_string(loss.range.last) + " (" + loss.reason + ")";
    if (!expect_.damaged && !dropped) return broken("a loss is reported without one: " + where);
    const auto told = model_.streams().find(loss.stream_id);
    if (told == model_.streams().end() || loss.range.first == 0 || told->second.told.empty() ||
        told->second.told.rbegin()->first < loss.range.last)
      return broken("a loss is reported of readings that never were: " + where);
    if (dropped) ++finding_.given_up;
    lost_[loss.stream_id].add(loss.range);
    for (const Ranges& present : present_)
      if (const auto found = present.find(loss.stream_id);
          found != present.end() && found->second.touches(loss.range))
        return broken("readings are reported lost and delivered: " + where);
  }
}

void Judge::missing() {
  for (const auto& [name, stream] : model_.streams())
    for (const auto& [sequence, all] : stream.told)
      for (const Told& one : all)
        if (one.acknowledged <= expect_.at) missing(name, stream, sequence, one);
}

void Judge::missing(const std::string& name, const StreamModel& stream, Sequence sequence,
                    const Told& told) {
  const Range one{sequence, sequence};
  const auto holds = [&](const Ranges& ranges) {
    const auto found = ranges.find(name);
    return found != ranges.end() && found->second.contains(one);
  };
  for (std::size_t i = 0; i < present_.size(); ++i) {
    if (told.confirmed[i] <= expect_.at || holds(present_[i])) continue;
    if (holds(lost_) && holds(declared_[i])) continue;
    // Deleted because the required one had it, and the best-effort one is told.
    const bool best_effort = (options_.best_effort >> i & 1) != 0;
    if (best_effort && told.confirmed[0] <= expect_.at && holds(declared_[i])) continue;
    if (is_behind_mark(stream, sequence)) {
      ++finding_.behind_mark;
      return;
    }
    if (holds(lost_))
      return broken("a lost reading is not declared to the receiver: " + at(name, sequence));
    return broken("an acknowledged reading is missing: " + at(name, sequence));
  }
}

// No number that somebody may know is given to other content.
void Judge::numbers() {
  for (const auto& [stream, told] : model_.streams()) {
    if (told.epoch != buffer_->epoch()) continue;
    Sequence used = 0;
    for (const auto& [sequence, all] : told.told)
      for (const Told& one : all)
        if (one.acknowledged <= expect_.at) used = std::max(used, sequence);
    BatchNumber batch = 0;
    for (const auto& [number, sent] : told.sent)
      if (sent.at <= expect_.at) {
        batch = std::max(batch, number);
        used = std::max(used, sent.range.last);
      }
    if (buffer_->next_sequence(told.lane) <= used)
      return broken("a sequence number would be given again: " + at(stream, used));
    if (buffer_->next_batch(told.lane) <= batch)
      return broken("a batch number would be given again: " + at(stream, batch));
  }
}

void Judge::marks() {
  for (std::size_t source = 0; source < kSources; ++source) {
    auto marks = buffer_->marks(source_name(source));
    if (!marks) return broken("marks: " + marks.error().what);
    const std::uint64_t durable = marks->empty() ? 0 : marks->front().position;
    std::uint64_t promised = 0;
    std::uint64_t before = 0;  // the newest promised mark that is not newer than the durable one
    const Model::Mark* known = nullptr;
    for (const Model::Mark& mark : model_.marks(source)) {
      if (mark.acknowledged <= expect_.at) {
        promised = std::max(promised, mark.position);
        if (mark.position <= durable) before = std::max(before, mark.position);
      }
      if (mark.position == durable && (known == nullptr || known->abandoned)) known = &mark;
    }
    if (!expect_.damaged && durable < promised)
      return broken("the mark of " + source_name(source) + " went back");
    if (durable != 0 && known == nullptr)
      return broken("a mark of " + source_name(source) + " that never was");
    // One that was never acknowledged may be there, but then with the readings before it.
    const bool abandoned = known != nullptr && known->abandoned;
    readings_before_mark(source, abandoned ? before : durable, durable);
  }
}

void Judge::readings_before_mark(std::size_t source, std::uint64_t known, std::uint64_t durable) {
  for (const auto& [name, stream] : model_.streams())
    for (const auto& [sequence, all] : stream.told)
      for (const Told& one : all)
        if (one.source == source && one.position <= durable &&
            (!one.abandoned || one.position > known))
          missing(name, stream, sequence, one);
}

bool Judge::lively() {
  const Value value = Decimal::of(77);
  const sync::Row row{.metric = config::find(config::metric::kHeartRateEcg),
                      .device = "ivy-1",
                      .observed = kWall,
                      .received = kWall,
                      .value = &value,
                      .unit = config::unit::kPerMinute,
                      .flags = {},
                      .raw = {}};
  const auto appended = buffer_->append(Lane::urgent, row, 0, kOpenedAt);
  const std::string text(appended.text);
  own_rows_.insert(text);
  auto sealed = buffer_->commit({.now = kOpenedAt, .wall = kWall, .seal_all = true});
  if (!sealed) return troubled("nothing goes in any more", sealed.error());
  const auto mine = std::find_if(sealed->rbegin(), sealed->rend(),
                                 [](const auto& batch) { return !batch.tombstone; });
  if (mine == sealed->rend()) return broken("nothing is sealed any more"), true;
  auto body = buffer_->read(*mine);
  if (!body) return troubled("nothing comes out any more", body.error());
  if (body->segments.empty() || body->segments.back() != text)
    broken("something else comes out than went in");
  return true;
}

Finding Judge::judge() {
  read_mark();
  if (!open()) return finding_;
  do {
    while (!drain())
      if (finding_.violation) return finding_;
    losses();
    if (!finding_.violation) missing();
    if (!finding_.violation) numbers();
    if (!finding_.violation) marks();
  } while (!finding_.violation && expect_.lively && !lively());
  if (!finding_.violation && !expect_.damaged &&
      static_cast<std::size_t>(buffer_->totals().quarantined) <
          model_.held_acknowledged(expect_.at))
    broken("what was held back is missing");
  return finding_;
}

}  // namespace

Finding check(const sync::BufferOptions& options, const Model& model,
              const Expectation& expectation) {
  return Judge(options, model, expectation).judge();
}

}  // namespace vitalgate::proof
