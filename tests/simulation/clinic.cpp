#include "tests/simulation/clinic.h"

#include "agent/buffer_options.h"
#include "tests/simulation/chance.h"

namespace vitalgate::simulation {
namespace {

using namespace std::chrono_literals;

constexpr auto kRestart = std::chrono::seconds(2);       // as the service's manager does
constexpr auto kStopDeadline = std::chrono::seconds(5);  // as Gateway::run()
// The live view must not miss a row.
constexpr std::size_t kArrivalsPerTurn = 16;
constexpr std::uint64_t kTurnsAtOnceMax = 5000;

}  // namespace

Clinic::Clinic(const Scenario& scenario, Plants plants, Stage::Show show)
    : scenario_(scenario),
      plants_(plants),
      stage_(disk_, std::move(show)),
      ledger_(stage_, scenario.devices.size()),
      dice_(scenario.seed),
      order_(stage_, scenario.settings.destinations.size()) {
  seed_chance(scenario.seed);
  tail_.set_watched(true);
  for (std::size_t i = 0; i < scenario.devices.size(); ++i)
    devices_.push_back(std::make_unique<Device>(stage_, ledger_, scenario, i));
  for (std::size_t i = 0; i < scenario.settings.destinations.size(); ++i) {
    hubs_.push_back(std::make_unique<Hub>(stage_, ledger_, scenario.settings.destinations[i].name,
                                          scenario.refuses_one_in[i]));
    links_.push_back(std::make_unique<Link>(stage_, *hubs_.back(), scenario, i, plants));
  }
}

Clinic::~Clinic() {
  gateway_.reset();
  buffer_.reset();
}

Outcome Clinic::run() {
  arrange();
  start_process();
  const Time monday = stage_.now();
  run_until(monday + kWeek, [] { return false; });
  for (auto& device : devices_) device->quiet();
  stage_.say("the week is over: everything must drain");
  run_until(monday + kWeek + kDrainMax, [this] { return is_drained(); });
  const auto drained = std::max(Clock::duration{}, stage_.now() - monday - kWeek);
  judge();
  Outcome outcome{.violation = stage_.violation(),
                  .digest = stage_.digest(),
                  .faults = scenario_.faults.size(),
                  .processes = processes_,
                  .readings = ledger_.promised(),
                  .live = order_.watched(),
                  .drain_seconds = static_cast<std::uint64_t>(
                      duration_cast<std::chrono::seconds>(drained).count())};
  for (const auto& hub : hubs_) {
    outcome.batches += hub->events();
    outcome.repeats += hub->repeats();
    outcome.refused += hub->refused();
  }
  return outcome;
}

void Clinic::run_until(Time end, const std::function<bool()>& done) {
  while (stage_.now() < end && !stage_.violation() && !done()) {
    Time next = std::min(end, stage_.next().value_or(end));
    if (gateway_) next = std::min(next, gateway_->wake_at(stage_.now()));
    if (stage_.has_post() || next < stage_.now()) next = stage_.now();
    turns_here_ = next == stage_.now() ? turns_here_ + 1 : 0;
    if (turns_here_ > kTurnsAtOnceMax) return stage_.broken("P10: the core turns without end");
    stage_.advance(next);
    if (cut_ && stage_.now() >= cut_->until) cut_power(disk_.log().size());
    if (gateway_ && (stage_.has_post() || gateway_->wake_at(stage_.now()) <= stage_.now())) turn();
  }
}

void Clinic::start_process() {
  if (gateway_) return;
  ++processes_;
  sync::BufferOptions options = buffer_options(scenario_.settings);
  options.disk = &disk_;
  options.weakness = {.skip_chain = plants_.reuse_sequence,
                      .forget_floors = plants_.reuse_sequence};
  auto opened = sync::Buffer::open(std::move(options), stage_.now());
  if (!opened) {
    stage_.say("the buffer does not open: " + opened.error().what);
    if (opened.error().code != Errc::unavailable)
      return stage_.broken("P1: a person must help to open the buffer: " + opened.error().what);
    return start_again_after(kRestart);
  }
  buffer_.emplace(*std::move(opened));
  std::vector<std::vector<SourceMark>> marks;
  for (const auto& device : scenario_.settings.devices) {
    auto found = buffer_->marks(device.id);
    if (!found) {
      buffer_.reset();
      return start_again_after(kRestart);
    }
    marks.push_back(*std::move(found));
  }
  Gateway::Parts parts{scenario_.settings, *buffer_, {}, {}, board_, tail_};
  for (const auto& device : devices_) parts.sources.push_back(device.get());
  for (const auto& link : links_) parts.uplinks.push_back(link.get());
  gateway_.emplace(std::move(parts));
  stage_.set_running(true);
  order_.start(*buffer_);
  stage_.say("process " + std::to_string(processes_) + " runs");
  for (const auto& link : links_) link->start();
  for (std::size_t i = 0; i < devices_.size(); ++i) devices_[i]->start(marks[i]);
}

void Clinic::start_again_after(Clock::duration down) {
  stage_.after(down, [this, of = processes_] {
    if (of == processes_) start_process();
  });
}

void Clinic::end_process(std::string_view why, Clock::duration down) {
  stage_.say(std::string("process ended: ").append(why));
  stage_.set_running(false);
  static_cast<void>(tail_.take());
  for (const auto& device : devices_) device->stop();
  for (const auto& link : links_) link->stop();
  order_.forget_all();
  withheld_.clear();
  gateway_.reset();
  buffer_.reset();
  stopping_ = false;
  start_again_after(down);
}

// Everything that waits, but of the devices only so much.
std::vector<Event> Clinic::some_post() {
  std::vector<Event> taken;
  std::vector<Event> later;
  std::size_t arrivals = 0;
  for (Event& event : stage_.take_post()) {
    const bool waits =
        std::holds_alternative<bridge::SourceEvent>(event) && ++arrivals > kArrivalsPerTurn;
    (waits ? later : taken).push_back(std::move(event));
  }
  for (Event& event : later) stage_.post(std::move(event));
  return taken;
}

void Clinic::turn() {
  const Moment began = disk_.log().size();
  std::vector<Event> events = some_post();
  bool replays = false;
  for (const Event& event : events) {
    const auto* request = std::get_if<CommandRequest>(&event);
    replays = replays || (request && request->command.verb == BufferCommand::Verb::replay);
    before(event);
  }
  const Result<> done = gateway_->turn(events, stage_.now());
  after(began, done);
  if (replays) order_.forget_all();  // all queues are loaded anew
}

void Clinic::before(const Event& event) {
  if (const auto* said = std::get_if<sync::UplinkEvent>(&event)) {
    const bool link = std::holds_alternative<sync::LinkUp>(said->what) ||
                      std::holds_alternative<sync::LinkDown>(said->what);
    if (link) order_.forget(said->destination);
  } else if (const auto* source = std::get_if<bridge::SourceEvent>(&event)) {
    const auto* arrival = std::get_if<Arrival>(&source->what);
    if (plants_.acknowledge_early && arrival != nullptr)
      stage_.effect(Told{source->source, arrival->ticket});
  }
}

void Clinic::take_rows() {
  const Tail::Rows taken = tail_.take();
  if (taken.missed != 0) stage_.broken("the simulation lost sight of rows: fewer events a turn");
  for (const std::string& row : taken.rows) ledger_.appended(row);
}

void Clinic::after(Moment began, const Result<>& done) {
  take_rows();
  if (cut_ && disk_.log().size() > began) return cut_power(began);
  if (!stopping_) order_.look(*buffer_, links_up());
  release_withheld();
  for (Effect& effect : stage_.take_effects()) happen(effect);
  if (!done) end_process(done.error().what, kRestart);
}

void Clinic::happen(Effect& effect) {
  if (const auto* told = std::get_if<Told>(&effect.what)) {
    stage_.stir(told->ticket);
    devices_.at(told->device)->told(told->ticket);
  } else {
    happen(std::get<Sent>(effect.what));
  }
}

void Clinic::happen(Sent& sent) {
  const sync::BatchKey key = sent.outgoing.body.info.key;
  stage_.stir(hash_of(sent.outgoing.body.head));
  if (plants_.backlog_first && order_.is_live(sent.destination, key) &&
      has_backlog(sent.destination)) {
    withheld_.push_back(std::move(sent));
  } else {
    pass_on(sent);
  }
}

void Clinic::pass_on(Sent& sent) {
  const sync::BatchBody& body = sent.outgoing.body;
  if (!body.info.tombstone) ledger_.sent(std::string(stream_of(body)), body.info.range);
  order_.sent(*buffer_, sent.destination, body.info);
  links_.at(sent.destination)->take(std::move(sent.outgoing));
}

bool Clinic::has_backlog(std::size_t destination) {
  for (const sync::BatchInfo& batch : buffer_->unconfirmed(destination))
    if (!order_.is_live(destination, batch.key)) return true;
  return false;
}

void Clinic::release_withheld() {
  for (Sent& sent : std::exchange(withheld_, {})) {
    if (has_backlog(sent.destination))
      withheld_.push_back(std::move(sent));
    else
      pass_on(sent);
  }
}

std::vector<bool> Clinic::links_up() const {
  std::vector<bool> up;
  for (const auto& link : links_) up.push_back(link->is_up());
  return up;
}

// Sources first, as the runtime does.
void Clinic::begin_stop(Clock::duration down) {
  for (const auto& device : devices_) device->stop();
  while (gateway_ && stage_.has_post()) turn();
  if (!gateway_) return;
  stopping_ = true;
  order_.forget_all();
  std::vector<Event> events;
  const Moment began = disk_.log().size();
  const Result<> done = gateway_->begin_stop(events, stage_.now());
  stage_.after(kStopDeadline, [this, down, of = processes_] {
    if (of == processes_ && gateway_ && stopping_) end_stop(down);
  });
  after(began, done);
}

void Clinic::end_stop(Clock::duration down) {
  const Result<> closed = gateway_->close();
  take_rows();
  for (Effect& effect : stage_.take_effects()) happen(effect);
  end_process(closed ? "as it was asked to" : closed.error().what, down);
}

}  // namespace vitalgate::simulation
