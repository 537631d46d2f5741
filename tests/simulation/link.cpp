#include "tests/simulation/link.h"

#include "agent/core/limits.h"

namespace vitalgate::simulation {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint64_t kSalt = 0x6c696e6b;
constexpr Sequence kBeyond = 1000;
constexpr Sequence kEverything = 1'000'000;

milliseconds up_to(Dice& dice, milliseconds most) {
  return milliseconds(1 + dice.next() % static_cast<std::uint64_t>(most.count()));
}

}  // namespace

Link::Link(Stage& stage, Hub& hub, const Scenario& scenario, std::size_t number, Plants plants)
    : stage_(stage),
      hub_(hub),
      settings_(scenario.settings.destinations.at(number)),
      number_(number),
      plants_(plants),
      refuses_whole_(scenario.refuses_whole.at(number)),
      dice_(scenario.seed * limits::kDestinationsMax + number + kSalt) {}

void Link::start() {
  running_ = true;
  connect_later();
}

void Link::stop() { running_ = up_ = broken_ = false; }

void Link::connect_later() {
  if (connecting_) return;
  connecting_ = true;
  stage_.after(up_to(dice_, has(FaultKind::link_down) ? milliseconds(5min) : milliseconds(5s)),
               [this] { connect(); });
}

void Link::connect() {
  connecting_ = false;
  if (!running_ || up_) return;
  if (has(FaultKind::link_down)) {
    say(sync::LinkDown{sync::LinkProblem::unavailable, "nobody listens", "wait"});
    return connect_later();
  }
  if (has(FaultKind::unauthorised) && dice_.one_in(2)) {
    say(sync::LinkDown{sync::LinkProblem::unauthorised, "the password is wrong", "ask for it"});
    return connect_later();
  }
  up_ = true;
  broken_ = false;
  say(sync::LinkUp{.generation = ++generation_,
                   .window = static_cast<std::size_t>(dice_.between(1, 20)),
                   .bytes_max = 1'000'000,
                   .detail = "simulated"});
}

void Link::cut(sync::LinkProblem problem, const std::string& what, Clock::duration unnoticed) {
  if (!up_ || broken_) return;
  broken_ = true;
  stage_.after(unnoticed, [this, problem, what, of = generation_] {
    if (!up_ || generation_ != of) return;
    up_ = false;
    say(sync::LinkDown{problem, what, "wait"});
    connect_later();
  });
}

void Link::begin(const FaultPlan& fault) {
  active_.insert(fault.kind);
  if (fault.kind == FaultKind::link_down)
    cut(sync::LinkProblem::unavailable, "the connection is gone",
        fault.chance % 2 == 0 ? milliseconds(1) : up_to(dice_, 40s));
  stage_.after(fault.lasts, [this, kind = fault.kind] { active_.erase(active_.find(kind)); });
}

Clock::duration Link::latency() {
  return has(FaultKind::link_slow) ? up_to(dice_, 3min) : up_to(dice_, 400ms);
}

void Link::report(Clock::duration delay, std::uint64_t generation, auto what) {
  stage_.after(delay, [this, generation, what = std::move(what)] {
    if (up_ && !broken_ && generation == generation_) say(what);
  });
}

bool Link::refuse(const Outgoing& outgoing) {
  sync::TransportRefused refused{.key = outgoing->body.info.key, .what = "no", .hint = "wait"};
  if (has(FaultKind::unauthorised)) {
    refused.problem = sync::BatchProblem::unauthorised;
  } else if (has(FaultKind::busy)) {
    refused.problem = sync::BatchProblem::busy;
    if (dice_.one_in(2)) refused.retry_after = seconds(dice_.between(1, 300));
  } else if (has(FaultKind::content_refused)) {
    refused.problem = sync::BatchProblem::content;
  } else {
    return false;
  }
  report(latency(), outgoing->generation, std::move(refused));
  return true;
}

void Link::take(sync::Outgoing given) {
  if (!up_ || given.generation != generation_) return;
  const auto outgoing = std::make_shared<const sync::Outgoing>(std::move(given));
  if (broken_ || refuse(outgoing)) return;
  if (has(FaultKind::batches_lost) && dice_.one_in(3))
    return cut(sync::LinkProblem::unavailable, "no answer to a ping", up_to(dice_, 40s));
  const bool transport = settings_.acknowledge == config::Acknowledge::transport;
  if (has(FaultKind::batches_not_stored) && !transport && dice_.one_in(3)) return took(outgoing);
  bring(outgoing, latency(), /*report_back=*/true);
  if (!has(FaultKind::batches_repeated)) return;
  bring(outgoing, latency(), false);
  if (dice_.one_in(3)) bring(outgoing, up_to(dice_, 2h), false);
}

void Link::bring(const Outgoing& outgoing, Clock::duration delay, bool report_back) {
  stage_.after(delay, [this, outgoing, report_back] {
    // What was under way when the link broke may still have come through.
    const bool same = up_ && !broken_ && outgoing->generation == generation_;
    if (same || !report_back || dice_.one_in(2)) arrive(outgoing, report_back);
  });
}

void Link::took(const Outgoing& outgoing) {
  const sync::BatchBody& body = outgoing->body;
  report(latency(), outgoing->generation, sync::TransportTook{body.info.key});
  if (!plants_.checkpoint_early) return;
  report(latency(), outgoing->generation,
         sync::HubAnswer{std::string(stream_of(body)), {body.info.range}, {}});
}

void Link::arrive(const Outgoing& outgoing, bool report_back) {
  if (refuses_whole_ && hub_.holds_refused(outgoing->body)) {
    hub_.refuse_whole(outgoing->body);
    if (report_back)
      report(latency(), outgoing->generation,
             sync::TransportRefused{.key = outgoing->body.info.key,
                                    .problem = sync::BatchProblem::content,
                                    .what = "a reading is not of this world",
                                    .hint = "look at it"});
    return;
  }
  sync::HubAnswer answered = hub_.receive(outgoing->body);
  if (report_back) took(outgoing);
  if (settings_.acknowledge == config::Acknowledge::transport) return;
  if (has(FaultKind::answers_lost) && dice_.one_in(2)) return;
  if (dice_.one_in(3)) answered.stored = hub_.all_of(answered.stream_id).stored;
  answer(std::move(answered));
}

void Link::answer(sync::HubAnswer answered) {
  const int times = has(FaultKind::answers_repeated) ? dice_.between(1, 3) : 1;
  for (int i = 0; i < times; ++i) {
    const auto delay = has(FaultKind::answers_late) ? up_to(dice_, 30min) : latency();
    stage_.after(delay, [this, answered, of = hub_life_] {
      if (!up_ || broken_ || of != hub_life_) return;
      if (has(FaultKind::answers_wrong_epoch))
        claim(FaultKind::answers_wrong_epoch, answered.stream_id, 0);
      for (const sync::Range& range : answered.stored)
        stage_.say_of(answered.stream_id, range, settings_.name + " says that it is stored");
      say(answered);
    });
  }
}

void Link::claim(FaultKind kind, const std::string& current, Sequence next) {
  if (!up_ || broken_) return;
  if (kind == FaultKind::answer_malformed)
    return say(sync::parse_hub_answer(R"({"stream_id":"vitals-x","stored":[[9,1]]})").error());
  if (kind == FaultKind::answer_beyond)
    return say(sync::HubAnswer{current, {{next, next + kBeyond}}, {}});
  // This gateway's before it was set up anew, perhaps.
  const std::string other = current.substr(0, current.find('-')) + "-aaaaaaaaaa";
  say(sync::HubAnswer{plants_.wrong_epoch ? current : other, {{1, kEverything}}, {}});
}

}  // namespace vitalgate::simulation
