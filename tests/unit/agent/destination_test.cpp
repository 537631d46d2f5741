// One destination on a real buffer, against a peer that does what a seed says.
#include "agent/destination.h"

#include <deque>
#include <map>
#include <random>
#include <set>

#include "tests/unit/sync/buffer_fixture.h"

namespace vitalgate {
namespace {

using namespace std::chrono_literals;
using sync::BatchProblem;
using sync::Outgoing;
using sync::Range;
using sync::Sequence;

class QueueUplink final : public sync::Uplink {
 public:
  void run(std::stop_token, const sync::EmitUplink&, const std::function<void()>&) override {}
  void send(Outgoing outgoing) override { sent.push_back(std::move(outgoing)); }
  std::deque<Outgoing> sent;
};

class DestinationTest : public sync::BufferFixture {
 protected:
  void SetUp() override {
    settings_.name = "hub";
    settings_.window = 4;
    settings_.window_bytes = 1'000'000;
    settings_.answer_timeout = 20s;
    settings_.retry_max = 60s;
    BufferFixture::SetUp();
    restart();
  }
  // As after a crash: what was not committed is gone.
  void restart() {
    reopen();
    uplink_.sent.clear();
    destination_.emplace(0, settings_, uplink_, *buffer_, "clinic-042", 1);
    up_ = false;
  }
  void link(bool up) {
    up_ = up;
    uplink_.sent.clear();
    if (up)
      say(sync::LinkUp{++generation_, 20, 1'000'000, "test"});
    else
      say(sync::LinkDown{sync::LinkProblem::unavailable, "cable out", "plug it in"});
  }
  void say(auto what) {
    const auto taken = destination_->on(what, now_);
    ASSERT_TRUE(taken) << taken.error().what;
  }
  void pump() {
    const auto pumped = destination_->pump(now_);
    ASSERT_TRUE(pumped) << pumped.error().what;
  }
  void refuse(const Outgoing& sent, BatchProblem problem,
              std::optional<std::chrono::seconds> retry_after = {}) {
    say(sync::TransportRefused{sent.body.info.key, problem, "no", "do something", retry_after});
  }
  Outgoing take() {
    Outgoing first = std::move(uplink_.sent.front());
    uplink_.sent.pop_front();
    return first;
  }
  void seal(int batches) {
    for (int i = 0; i < batches; ++i) destination_->add(sealed_batch(10));
  }
  sync::HubAnswer answer(Range range) {
    return {sync::stream_id(Lane::vitals, buffer_->epoch()), {range}, {}};
  }
  DestinationStatus status() { return destination_->status(now_); }

  config::DestinationSettings settings_;
  QueueUplink uplink_;
  std::optional<Destination> destination_;
  std::uint64_t generation_ = 0;
  bool up_ = false;
};

TEST_F(DestinationTest, TheOneReadingThatTheHubRefusesIsHeldAndTheOthersArrive) {
  link(true);
  seal(2);
  pump();
  std::set<Sequence> stored;
  for (int i = 0; i < 100 && !uplink_.sent.empty(); ++i) {
    const Outgoing sent = take();
    const Range range = sent.body.info.range;
    if (range.first <= 7 && range.last >= 7) {
      refuse(sent, BatchProblem::content);
    } else {
      for (Sequence n = range.first; n <= range.last; ++n) stored.insert(n);
      say(answer(range));
    }
    pump();
  }
  EXPECT_EQ(stored.size(), 19u);
  commit();
  EXPECT_EQ(buffer_->totals().quarantined, 1);
  EXPECT_EQ(buffer_->totals().waiting, 0u);
  EXPECT_EQ(status().bisected, 0u);
}

TEST_F(DestinationTest, ABusyHubIsPausedAndTheStatusSaysWhyAndUntilWhen) {
  link(true);
  seal(1);
  pump();
  refuse(take(), BatchProblem::busy, 30s);
  EXPECT_EQ(status().state, "paused");
  EXPECT_EQ(status().detail, "no");
  EXPECT_EQ(status().next_attempt, now_ + 30s);
  EXPECT_EQ(destination_->deadline(), now_ + 30s);
  EXPECT_EQ(status().waiting_readings, 10u);
  EXPECT_FALSE(destination_->is_draining()) << "a stop does not wait for it";
  pump();
  EXPECT_TRUE(uplink_.sent.empty());
  pass(30s);
  pump();
  ASSERT_EQ(uplink_.sent.size(), 1u);
  EXPECT_EQ(uplink_.sent[0].attempt, 2u);
  say(answer({1, 10}));
  EXPECT_EQ(status().state, "connected");
  EXPECT_EQ(status().waiting_readings, 0u);
  EXPECT_GT(status().per_second, 0);
}

TEST_F(DestinationTest, AnUnauthorisedOneKeepsEverythingAndTellsThePersonWhatToDo) {
  link(true);
  seal(6);
  pump();
  while (!uplink_.sent.empty()) refuse(take(), BatchProblem::unauthorised);
  EXPECT_EQ(status().state, "paused");
  EXPECT_EQ(status().hint, "do something");
  pass(30s);
  pump();
  EXPECT_EQ(uplink_.sent.size(), 1u);
  EXPECT_EQ(buffer_->totals().waiting, 60u);
}

TEST_F(DestinationTest, ATombstoneOfAnotherDestinationIsNotSent) {
  sync::BatchInfo other = sealed_batch(10);
  other.missing_at = 0b10;
  link(true);
  confirm(0, Lane::vitals, {1, 10});
  destination_->add(other);
  pump();
  EXPECT_TRUE(uplink_.sent.empty());
}

// Accepts, refuses what is marked, is busy, locks, stays silent; answers late, twice, or in
// another order; the link breaks and the gateway restarts.
class RandomPeer : public DestinationTest {
 protected:
  void start(unsigned seed) {
    dice_.seed(seed);
    settings_.backlog_order =
        chance(50) ? config::BacklogOrder::newest_first : config::BacklogOrder::oldest_first;
    settings_.backlog_share_percent = chance(50) ? 100 : 25;
    settings_.acknowledge = chance(30) ? config::Acknowledge::transport : config::Acknowledge::hub;
    options_.directory = directory_.path() / ("run-" + std::to_string(seed));
    restart();
  }
  bool chance(int percent) { return static_cast<int>(dice_() % 100) < percent; }

  void measure() {
    const int count = 1 + static_cast<int>(dice_() % 25);
    for (int i = 0; i < count; ++i) {
      const Sequence sequence = append(60 + i);
      if (chance(4)) fresh_marks_.insert(sequence);
    }
    commit_now(/*seal_all=*/true);
    marked_.merge(fresh_marks_);
    fresh_marks_.clear();
  }
  void commit_now(bool seal_all) {
    for (const sync::BatchInfo& batch : commit(seal_all)) destination_->add(batch);
  }

  void react(const Outgoing& sent, bool is_kind) {
    know(sent);
    const Range range = sent.body.info.range;
    const auto bad = marked_.lower_bound(range.first);
    const bool refused = bad != marked_.end() && *bad <= range.last;
    if (!is_kind && chance(6)) return refuse(sent, BatchProblem::busy);
    if (!is_kind && chance(2)) return refuse(sent, BatchProblem::unauthorised);
    if (!is_kind && chance(6)) return;  // silence
    if (refused) return refuse(sent, BatchProblem::content);
    for (Sequence n = range.first; n <= range.last; ++n) delivered_.insert(n);
    say(sync::TransportTook{sent.body.info.key});
    if (settings_.acknowledge == config::Acknowledge::transport) return;
    answers_.push_back(answer(range));
    if (chance(10)) answers_.push_back(answers_.back());
  }
  // A number stands for the same bytes, whenever it is sent.
  void know(const Outgoing& sent) {
    std::string text = sent.body.head;
    for (const std::string& rows : sent.body.segments) text += "," + rows;
    const auto [at, fresh] = bytes_.emplace(sent.body.info.key, text);
    ASSERT_EQ(at->second, text) << "batch " << sent.body.info.key.number;
  }
  void speak() {
    if (answers_.empty()) return;
    const auto at = answers_.begin() + static_cast<std::ptrdiff_t>(dice_() % answers_.size());
    const sync::HubAnswer one = *at;
    answers_.erase(at);
    say(one);
  }

  void step() {
    switch (dice_() % 24) {
      case 0:
      case 1:
        return measure();
      case 2:
        return link(!up_);
      case 3:
        answers_.clear();  // lost on the way
        if (chance(70)) return;
        if (chance(70)) measure();  // and with it what was said
        return restart();
      case 4:
        return commit_now(false);
      case 5:
        return pass(std::chrono::milliseconds(chance(20) ? dice_() % 30'000 : dice_() % 300));
      default:
        pass(20ms);
        pump();
        if (up_ && !uplink_.sent.empty()) react(take(), /*is_kind=*/false);
        if (up_ && chance(70)) speak();
    }
  }
  // Until nothing waits any more: the peer is kind from here on.
  void finish() {
    if (!up_) link(true);
    for (int i = 0; i < 20'000 && buffer_->waiting(0) > 0; ++i) {
      if (i % 50 == 0)
        measure();  // something that is accepted, and sometimes something that is not
      pass(1s);
      pump();
      while (up_ && !uplink_.sent.empty()) react(take(), /*is_kind=*/true);
      while (!answers_.empty()) speak();
    }
    commit_now(false);
  }

  std::mt19937 dice_;
  std::set<Sequence> marked_, fresh_marks_, delivered_;
  std::deque<sync::HubAnswer> answers_;
  std::map<sync::BatchKey, std::string> bytes_;
};

TEST_F(RandomPeer, EverythingIsDeliveredOrHeldOnceAndOnlyWhatIsRefusedIsHeld) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    marked_.clear();
    delivered_.clear();
    bytes_.clear();
    answers_.clear();
    start(seed);
    for (int i = 0; i < 600; ++i) {
      step();
      if (HasFatalFailure()) return;
    }
    finish();
    ASSERT_EQ(buffer_->waiting(0), 0u);
    ASSERT_EQ(buffer_->totals().quarantined, static_cast<std::int64_t>(marked_.size()));
    const Sequence last = buffer_->next_sequence(Lane::vitals) - 1;
    for (Sequence n = 1; n <= last; ++n)
      ASSERT_NE(delivered_.contains(n), marked_.contains(n)) << "reading " << n;
  }
}

}  // namespace
}  // namespace vitalgate
