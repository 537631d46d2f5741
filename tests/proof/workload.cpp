#include "tests/proof/workload.h"

#include <algorithm>

#include "config/catalogue.h"
#include "sync/batch/envelope.h"
#include "tests/proof/first_version.h"

namespace vitalgate::proof {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kSeedOfOptions = 0x6f7074696f6e73;
constexpr std::uint64_t kSeedOfParts = 0x70617274;
constexpr int kAttempts = 4;  // of the last commit

const std::array<const char*, kDestinations> kNames{"hub", "archive"};

}  // namespace

Image first_image(std::uint64_t seed) {
  return seed % 2 == 0 ? empty_image() : image_with_directory("state");
}

sync::BufferOptions options_of(const Plan& plan, RamDisk& disk,
                               const std::filesystem::path& key_file) {
  Dice dice(plan.seed ^ kSeedOfOptions);
  sync::BufferOptions options;
  options.directory = "/state";
  options.gateway = "clinic-042";
  options.site = "site-17";
  options.agent_version = "1.0.0";
  options.config_version = 1;
  options.destinations.assign(kNames.begin(), kNames.begin() + dice.between(1, kDestinations));
  options.batch = {.max_readings = static_cast<std::uint32_t>(dice.between(4, 12)),
                   .max_bytes = 6000,
                   .max_age = 2s};
  options.keep_sent = dice.one_in(2) ? 0s : 3s;
  options.max_disk_bytes = 64'000'000;
  options.ballast_bytes = dice.one_in(2) ? 0 : 65'536;
  // One in six has so little room that something must wait or give way.
  if (dice.one_in(6)) {
    options.max_disk_bytes = static_cast<std::uint64_t>(dice.between(110, 200)) * 1000;
    options.ballast_bytes = 0;
    options.quota_percent = {100, 100, 1, 1};
    if (dice.one_in(2)) options.when_full = config::WhenFull::drop_lowest;
  }
  // Drawn last: a life keeps its other options.
  if (options.destinations.size() > 1 && dice.one_in(2)) options.best_effort = 0b10;
  options.keys.reference = "file:" + key_file.string();
  options.disk = &disk;
  options.weakness = plan.weakness;
  return options;
}

bool is_small(const sync::BufferOptions& options) { return options.max_disk_bytes < 1'000'000; }

bool may_drop(const sync::BufferOptions& options) {
  return options.when_full == config::WhenFull::drop_lowest;
}

std::string event_of(const sync::BatchBody& body) {
  std::string text = body.head;
  for (std::size_t i = 0; i < body.segments.size(); ++i)
    text.append(i == 0 ? "" : ",").append(body.segments[i]);
  return text.append(sync::kEnvelopeTail);
}

Workload::Workload(RamDisk& disk, Plan plan, sync::BufferOptions options)
    : disk_(disk),
      plan_(plan),
      options_(std::move(options)),
      dice_(plan.seed),
      parts_dice_(plan.seed ^ kSeedOfParts),
      wall_(*parse_rfc3339("2026-03-02T14:05:07.120Z")) {}

std::optional<std::string> Workload::run() {
  if (plan_.migrates) positions_[0] = number_ = make_first_version(disk_, options_, dice_, model_);
  for (int i = 0; i < plan_.steps && !broken_; ++i) step();
  disk_.heal();
  for (int i = 0; i < kAttempts && !broken_; ++i) {
    clock_ += 2s;  // it looks at the disk once a second
    if (!recover()) continue;
    append_one(Lane::vitals);
    const int before = errors_;
    commit(/*seal_all=*/true);
    if (errors_ == before && (buffer_->stalled() == 0 || is_small(options_))) return broken_;
    // Full of what nobody has confirmed: it says so, and is otherwise well.
    if (buffer_ && is_small(options_) && !buffer_->needs_mending()) return broken_;
  }
  if (!broken_) broken("the buffer did not come back after the fault had ended");
  return broken_;
}

void Workload::step() {
  if (!recover()) return;
  clock_ += std::chrono::milliseconds(dice_.between(1, 900));
  wall_ += std::chrono::milliseconds(dice_.between(1, 900));
  const int choice = dice_.between(1, 100);
  if (choice <= 38) return append();
  if (choice <= 62) return commit(/*seal_all=*/false);
  if (choice <= 68) return commit(/*seal_all=*/true);
  if (choice <= 80) return send();
  if (choice <= 92) return confirm();
  if (choice <= 94) return reject();
  if (choice <= 96) return close_and_open();
  if (choice <= 98) {
    if (auto rotated = buffer_->rotate_key(wall_); !rotated) trouble(rotated.error());
    return;
  }
  buffer_->hold({wall_, "ivy-1", "range", "above 300", R"({"value_num":301})", "raw"});
  model_.hold();
}

// As the core loop does: what asks to be mended is mended before anything else.
bool Workload::recover() {
  if (!buffer_ && !open()) return false;
  if (!buffer_->needs_mending()) return true;
  if (auto mended = buffer_->mend(clock_); !mended) {
    trouble(mended.error());
    return false;
  }
  ++reopened_;
  sent_.clear();
  return true;
}

bool Workload::open() {
  auto opened = sync::Buffer::open(options_, clock_);
  if (!opened) {
    trouble(opened.error());
    return false;
  }
  buffer_.emplace(*std::move(opened));
  sent_.clear();
  return true;
}

void Workload::trouble(const Error& error) {
  ++errors_;
  if (errors_ >= plan_.heal_after) disk_.heal();
  if (error.code == Errc::rejected)
    broken(std::string("a person is asked for: ").append(error.what));
}

std::string Workload::stream_id_of(sync::StreamRef stream) const {
  return sync::stream_id(stream.lane, buffer_->epoch_of(stream));
}

void Workload::append_one(Lane lane) {
  const Value value = dice_.one_in(6)
                          ? Value(std::string(static_cast<std::size_t>(dice_.between(1, 300)), 'x'))
                          : Value(Decimal::of(dice_.between(30, 250)));
  ++number_;
  const auto source = number_ % kSources;
  // The observed time is a number of its own: no two readings have the same row.
  const sync::Row row{.metric = config::find(config::metric::kHeartRateEcg),
                      .device = "ivy-1",
                      .observed = WallTime(1s) + std::chrono::milliseconds(number_),
                      .received = wall_,
                      .value = &value,
                      .unit = config::unit::kPerMinute,
                      .flags = {},
                      .raw = {}};
  const auto appended = buffer_->append(lane, row, 0, clock_);
  model_.append(
      sync::stream_id(lane, buffer_->epoch()), lane, buffer_->epoch(), appended.sequence,
      {.text = std::string(appended.text), .source = source, .position = ++positions_[source]});
}

void Workload::append() {
  const Lane lane = kLanes[static_cast<std::size_t>(dice_.between(0, 3))];
  const int count = dice_.between(1, 7);
  for (int i = 0; i < count; ++i) append_one(lane);
  for (std::size_t source = 0; source < kSources; ++source) {
    if (positions_[source] == 0 || !dice_.one_in(2)) continue;
    buffer_->mark(source_name(source), {.slot = 0, .stream = 7, .position = positions_[source]});
    model_.mark(source, positions_[source]);
  }
}

void Workload::commit(bool seal_all) {
  if (plan_.early_acknowledgement) model_.acknowledge(now(), 0);
  auto sealed = buffer_->commit(
      {.now = clock_, .wall = wall_, .backfill = dice_.one_in(2), .seal_all = seal_all});
  if (!sealed) return trouble(sealed.error());
  model_.acknowledge(now(), buffer_->stalled());
}

void Workload::send() {
  const auto destination = static_cast<std::size_t>(
      dice_.between(0, static_cast<int>(options_.destinations.size()) - 1));
  const auto waiting = buffer_->unconfirmed(destination);
  for (const sync::BatchInfo& batch : waiting) {
    if (!dice_.one_in(3)) continue;
    auto body = buffer_->read(batch);
    if (!body) return trouble(body.error());
    const std::string stream = stream_id_of(batch.key.stream());
    if (!model_.send(stream, batch.key.number, {batch.range, event_of(*body), now()}))
      broken("a batch was sent again with other bytes: " + stream + " " +
             std::to_string(batch.key.number));
    sent_.push_back({batch, stream});
    if (!batch.tombstone && batch.range.count() > 1 && parts_dice_.one_in(4))
      if (auto parted = send_part(batch, stream); !parted) return trouble(parted.error());
  }
}

// As when a hub refuses the batch. The number of a part is promised like any other.
Result<> Workload::send_part(const sync::BatchInfo& whole, const std::string& stream) {
  sync::BatchInfo part = whole;
  part.key.number = VG_TRY(buffer_->reserve_batches(whole.key.stream(), 2));
  part.range.last = part.range.first + whole.range.count() / 2 - 1;
  const auto body = VG_TRY(buffer_->piece(whole, part));
  if (!model_.send(stream, part.key.number, {part.range, event_of(body), now()}))
    broken("a part has the number of another batch: " + stream);
  return {};
}

void Workload::confirm() {
  if (sent_.empty()) return;
  for (int i = dice_.between(1, 4); i > 0; --i) {
    const Batch& batch =
        sent_[static_cast<std::size_t>(dice_.next() % std::uint64_t{sent_.size()})];
    const auto destination = static_cast<std::size_t>(
        dice_.between(0, static_cast<int>(options_.destinations.size()) - 1));
    Range range = batch.info.range;
    if (dice_.one_in(4)) range.first += dice_.next() % range.count();
    if (dice_.one_in(4)) range.last -= dice_.next() % range.count();
    model_.confirm(batch.stream_id, destination, range, now());
    auto complete = buffer_->confirm(destination, batch.info.key.stream(), range);
    if (!complete) return trouble(complete.error());
  }
}

void Workload::reject() {
  if (sent_.empty()) return;
  const Batch& batch = sent_.back();
  const Sequence sequence = batch.info.range.first;
  auto rejected = buffer_->reject(0, batch.info.key.stream(), sequence, "unit unknown", wall_);
  if (!rejected) return trouble(rejected.error());
  if (!*rejected) return;
  model_.hold();
  model_.confirm(batch.stream_id, 0, {sequence, sequence}, now());
  auto complete = buffer_->confirm(0, batch.info.key.stream(), {sequence, sequence});
  if (!complete) trouble(complete.error());
}

void Workload::close_and_open() {
  const bool clean = dice_.one_in(2);
  if (clean) {
    commit(/*seal_all=*/dice_.one_in(2));
    if (auto closed = buffer_->close(); !closed) trouble(closed.error());
  }
  buffer_.reset();
  model_.abandon();
  open();
}

}  // namespace vitalgate::proof
