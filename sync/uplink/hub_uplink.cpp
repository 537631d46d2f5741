#include "sync/uplink/hub_uplink.h"

#include <map>
#include <random>

#include "agent/core/backoff.h"
#include "agent/core/limits.h"
#include "sync/tls/providers.h"
#include "sync/tls/watch.h"
#include "sync/uplink/bell_queue.h"
#include "sync/uplink/explain.h"
#include "sync/uplink/https_session.h"
#include "sync/uplink/mqtt_session.h"
#include "sync/uplink/place.h"
#include "sync/uplink/resolve.h"
#include "sync/uplink/route.h"

namespace vitalgate::sync {
namespace {

using config::Transport;

constexpr auto kTick = std::chrono::seconds(1);
// Two clients of one id throw each other out as soon as they are back.
constexpr auto kShortLife = std::chrono::seconds(10);
constexpr unsigned kShortLivesTold = 3;

std::filesystem::path memory_file(const UplinkOptions& options) {
  if (options.directory.empty() || options.settings.transport != Transport::automatic) return {};
  return options.directory / ("route." + options.settings.name);
}

class HubUplink final : public Uplink {
 public:
  explicit HubUplink(UplinkOptions options)
      : options_(std::move(options)),
        dialling_{options_.settings, options_.gateway, bell_},
        files_(files_of(options_.settings)),
        routes_(routes_of(options_.settings)),
        memory_(memory_file(options_)),
        choice_(routes_, memory_.read(routes_), Clock::now(), options_.route_retry),
        backoff_(limits::kBackoffMin, options_.settings.retry_max, std::random_device{}()) {}

  void run(std::stop_token stop, const EmitUplink& emit,
           const std::function<void()>& alive) override;

  // No room: it stays in flight and is sent again after the answer timeout.
  void send(Outgoing outgoing) override { static_cast<void>(inbox_.try_push(std::move(outgoing))); }

 private:
  struct Line {
    Route route;
    std::unique_ptr<Session> session;
  };
  using Outcome = std::variant<Line, LinkDown>;

  Outcome dial(const std::vector<Route>& routes, const Patience& patience);
  Dialled dial_one(Route route, const std::vector<std::string>& addresses,
                   const Patience& patience);
  Outcome serve(const Line& line, const EmitUplink& emit, const Patience& patience);
  std::optional<LinkDown> pass_on(std::vector<Happening>& happened, const EmitUplink& emit) const;
  std::optional<Line> better_than(const Line& line, const Patience& patience);
  bool has_new_files(const EmitUplink& emit);
  void remember(const Line& line);
  void wait(const Patience& patience);
  void name_a_rival(LinkDown& down);
  [[nodiscard]] std::string describe(const Line& line) const;
  [[nodiscard]] LinkDown no_way(const std::vector<LinkDown>& failures) const;

  bool report(const EmitUplink& emit, auto what) const {
    return emit({options_.destination, std::move(what)});
  }

  const UplinkOptions options_;
  const Bell bell_;
  const Dialling dialling_;
  TlsWatch files_;
  Clock::time_point look_again_;
  const std::vector<Route> routes_;
  RouteMemory memory_;
  RouteChoice choice_;
  std::map<Transport, std::string> barred_;  // the ways that do not work, with the reason in brief
  Backoff backoff_;
  BellQueue<Outgoing> inbox_{limits::kEventQueueLength, bell_};
  std::uint64_t generation_ = 0;
  Clock::time_point up_since_;
  unsigned short_lives_ = 0;  // connections in a row
};

void HubUplink::run(std::stop_token stop, const EmitUplink& emit,
                    const std::function<void()>& alive) {
  const std::stop_callback wake(stop, [this] { bell_.ring(); });
  const Patience patience{stop, alive};
  while (!stop.stop_requested()) {
    up_since_ = Clock::time_point::max();
    Outcome outcome = dial(choice_.order(Clock::now()), patience);
    while (auto* line = std::get_if<Line>(&outcome)) {
      const Line standing = std::move(*line);
      outcome = serve(standing, emit, patience);
    }
    LinkDown down = std::get<LinkDown>(std::move(outcome));
    name_a_rival(down);
    if (stop.stop_requested() || !report(emit, std::move(down))) return;
    if (up_since_ < Clock::now() - limits::kStableAfter) backoff_.reset();
    wait(patience);
  }
}

// Brokers that do not say why they hang up leave only this sign.
void HubUplink::name_a_rival(LinkDown& down) {
  if (up_since_ == Clock::time_point::max()) return;
  const bool lived = Clock::now() - up_since_ >= kShortLife;
  short_lives_ = lived ? 0 : short_lives_ + 1;
  if (short_lives_ < kShortLivesTold || down.problem != LinkProblem::unavailable ||
      options_.settings.transport == Transport::https)
    return;
  down.what.append(" soon after connecting, again and again: another client may have the same ")
      .append("client_id");
  down.hint = "give every gateway a destination.client_id of its own; else check the broker's log";
}

HubUplink::Outcome HubUplink::dial(const std::vector<Route>& routes, const Patience& patience) {
  const Place next = next_place(options_.settings, routes.front());
  patience.alive();
  const auto found = resolve(next.host, limits::kResolveDeadline);
  if (!found) return LinkDown{LinkProblem::unavailable, found.error().what, found.error().hint};
  const auto addresses = *found;
  std::vector<LinkDown> failures;
  // Paho reads the key by itself: what a TPM's key needs has to be there before.
  if (const auto& key = options_.settings.key; key && !is_in_token(*key))
    if (auto ready = prepare_key(*key); !ready)
      return LinkDown{LinkProblem::unavailable, ready.error().what, ready.error().hint};
  for (const Route& route : routes) {
    if (patience.stop.stop_requested()) return LinkDown{};
    auto dialled = dial_one(route, addresses, patience);
    if (auto* session = std::get_if<std::unique_ptr<Session>>(&dialled)) {
      barred_.erase(route.transport);
      return Line{route, std::move(*session)};
    }
    failures.push_back(std::get<LinkDown>(dialled));
    barred_[route.transport] = brief(route, failures.back());
  }
  return no_way(failures);
}

Dialled HubUplink::dial_one(Route route, const std::vector<std::string>& addresses,
                            const Patience& patience) {
  const auto trouble = [&] { return trouble_with(options_.settings, route, addresses, patience); };
  const bool https = route.transport == Transport::https;
  // A barred port is found out sooner than by waiting for MQTT; and while Paho waits for a proxy
  // that hangs, all of its clients wait.
  if (!https && (routes_.size() > 1 || options_.settings.proxy))
    if (auto barred = trouble()) return *std::move(barred);
  Dialled dialled = https ? dial_https(dialling_, route, addresses, patience)
                          : dial_mqtt(dialling_, route, patience);
  const auto* failure = std::get_if<LinkDown>(&dialled);
  if (failure == nullptr || failure->problem == LinkProblem::unauthorised ||
      patience.stop.stop_requested())
    return dialled;
  if (https && options_.settings.proxy) return dialled;  // that was the same look already
  if (auto words = trouble()) return *std::move(words);
  return although_tls_works(options_.settings, route, *failure);
}

HubUplink::Outcome HubUplink::serve(const Line& line, const EmitUplink& emit,
                                    const Patience& patience) {
  Session& session = *line.session;
  ++generation_;
  up_since_ = Clock::now();
  if (!report(emit, LinkUp{generation_, session.window(), session.bytes_max(), describe(line)}))
    return LinkDown{};
  std::vector<Happening> happened;
  for (;;) {
    if (session.is_proven()) remember(line);
    happened.clear();
    session.work(Clock::now() + kTick, happened);
    patience.alive();
    if (patience.stop.stop_requested()) return LinkDown{};
    for (Outgoing& outgoing : inbox_.take())
      if (outgoing.generation == generation_) session.publish(std::move(outgoing), happened);
    if (auto down = pass_on(happened, emit)) {
      if (!session.is_proven()) choice_.was_useless();
      return *std::move(down);
    }
    if (has_new_files(emit)) {
      report(emit, LinkDown{LinkProblem::unavailable, "the certificate was renewed",
                            "connecting again with it"});
      return dial({line.route}, patience);
    }
    if (session.in_flight() > 0) continue;
    if (auto better = better_than(line, patience)) {
      report(emit, LinkDown{LinkProblem::unavailable, "going over to " + describe(*better), ""});
      return *std::move(better);
    }
  }
}

// All outcomes, then the end when there is one: what was taken shall not be sent again.
std::optional<LinkDown> HubUplink::pass_on(std::vector<Happening>& happened,
                                           const EmitUplink& emit) const {
  std::optional<LinkDown> down;
  for (Happening& each : happened)
    std::visit(
        [&](auto& what) {
          if constexpr (std::is_same_v<std::decay_t<decltype(what)>, LinkDown>) {
            if (!down) down = std::move(what);
          } else {
            report(emit, std::move(what));
          }
        },
        each);
  return down;
}

// Once an hour on a lesser way. The one that stands is kept until the better one stands too.
std::optional<HubUplink::Line> HubUplink::better_than(const Line& line, const Patience& patience) {
  const auto due = choice_.due(Clock::now());
  if (due.empty() || due.front() == line.route) return std::nullopt;
  Outcome outcome = dial(due, patience);
  auto* better = std::get_if<Line>(&outcome);
  return better == nullptr ? std::nullopt : std::optional<Line>(std::move(*better));
}

// Whether CA, certificate or key were replaced by ones that can be used. What cannot is said once.
bool HubUplink::has_new_files(const EmitUplink& emit) {
  if (Clock::now() < look_again_) return false;
  look_again_ = Clock::now() + kTick;
  auto changed = files_.poll();
  if (!changed) report(emit, changed.error());
  return changed && *changed;
}

void HubUplink::remember(const Line& line) {
  choice_.has_worked(line.route, Clock::now());
  memory_.write(line.route);
}

void HubUplink::wait(const Patience& patience) {
  const auto until = Clock::now() + backoff_.next();
  for (auto now = Clock::now(); now < until && !patience.stop.stop_requested();
       now = Clock::now()) {
    patience.alive();
    bell_.wait(std::min(until, now + kTick));
    bell_.hush();
    static_cast<void>(inbox_.take());  // of a connection that is gone
  }
}

// "https hub:443 (8883: no answer, 443 WebSocket: refused)"
std::string HubUplink::describe(const Line& line) const {
  std::string text = line.session->name() + " " + to_text(hub_place(options_.settings, line.route));
  if (options_.settings.proxy)
    text.append(" through ").append(to_text(proxy_place(options_.settings)));
  std::string others;
  for (const auto& [transport, why] : barred_)
    if (transport < line.route.transport) others.append(others.empty() ? "" : ", ").append(why);
  return others.empty() ? text : text.append(" (").append(others).append(")");
}

// One way: its words. Several: all of them in brief, with the advice for the gravest.
LinkDown HubUplink::no_way(const std::vector<LinkDown>& failures) const {
  if (failures.size() == 1) return failures.front();
  LinkDown down = failures.front();
  for (const LinkDown& each : failures)
    if (each.problem > down.problem) down = each;
  down.what = "no way to " + options_.settings.host + " (";
  for (auto way = barred_.begin(); way != barred_.end(); ++way)
    down.what.append(way == barred_.begin() ? "" : ", ").append(way->second);
  down.what.append(")");
  return down;
}

}  // namespace

std::unique_ptr<Uplink> make_uplink(UplinkOptions options) {
  forget_environment_proxies();
  return std::make_unique<HubUplink>(std::move(options));
}

}  // namespace vitalgate::sync
