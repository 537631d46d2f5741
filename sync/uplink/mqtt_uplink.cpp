#include "sync/uplink/mqtt_uplink.h"

#include <random>

#include "agent/core/backoff.h"
#include "agent/core/limits.h"
#include "sync/tls/probe.h"
#include "sync/uplink/mqtt_session.h"
#include "sync/uplink/resolve.h"

namespace vitalgate::sync {
namespace {

constexpr auto kTick = std::chrono::seconds(1);
constexpr auto kProbeDeadline = std::chrono::seconds(5);

}  // namespace

struct MqttUplink::Impl {
  explicit Impl(MqttOptions options_in)
      : options(std::move(options_in)),
        backoff(limits::kBackoffMin, options.settings.retry_max, std::random_device{}()) {}

  bool report(const EmitUplink& emit, auto what) const {
    return emit({options.destination, std::move(what)});
  }

  // Why a connection failed, in words: the library only says that it did.
  [[nodiscard]] LinkDown explain(const Error& error) const {
    const config::DestinationSettings& settings = options.settings;
    if (error.code == Errc::rejected) return {LinkProblem::unauthorised, error.what, error.hint};
    const auto probe = probe_tls({settings.host, config::port_of(settings, config::Transport::mqtt),
                                  settings.ca, settings.certificate, settings.key},
                                 kProbeDeadline);
    if (!probe)
      return {
          probe.error().code == Errc::rejected ? LinkProblem::untrusted : LinkProblem::unavailable,
          probe.error().what, probe.error().hint};
    return {LinkProblem::unavailable,
            error.what + " (TLS with " + settings.host + " works, MQTT does not)",
            error.hint.empty() ? "check that the broker speaks MQTT 5 on this port" : error.hint};
  }

  // One connection until it breaks; how it ended.
  LinkDown serve(const std::stop_token& stop, const EmitUplink& emit,
                 const std::function<void()>& alive) {
    const config::DestinationSettings& settings = options.settings;
    if (auto found = resolve(settings.host, limits::kResolveDeadline); !found)
      return {LinkProblem::unavailable, found.error().what, found.error().hint};
    alive();
    ++generation;
    auto session = MqttSession::connect(options, generation, inbox, stop, alive);
    if (!session) return explain(session.error());
    const std::string place =
        settings.host + ":" + std::to_string(config::port_of(settings, config::Transport::mqtt));
    const LinkUp up{generation, (*session)->window(), (*session)->bytes_max(), "mqtt 5 " + place};
    if (!report(emit, up)) return {};
    for (;;) {
      const auto items = inbox.take(stop, Clock::now() + kTick);
      alive();
      if (stop.stop_requested()) return {};
      for (const Inbound& item : items)
        if (auto down = handle(**session, item, emit)) return *down;
    }
  }

  std::optional<LinkDown> handle(MqttSession& session, const Inbound& item,
                                 const EmitUplink& emit) const {
    return std::visit([&](const auto& inbound) { return on(session, inbound, emit); }, item);
  }

  std::optional<LinkDown> on(MqttSession& session, const Outgoing& outgoing,
                             const EmitUplink& emit) const {
    if (outgoing.generation != generation) return std::nullopt;
    auto started = session.publish(outgoing);
    if (started) return std::nullopt;
    if (started.error().code == Errc::rejected) {
      report(emit, TransportRefused{outgoing.body.info.key, BatchProblem::content,
                                    started.error().what, started.error().hint});
      return std::nullopt;
    }
    return LinkDown{LinkProblem::unavailable, started.error().what, "reconnecting by itself"};
  }

  std::optional<LinkDown> on(MqttSession&, const LinkLost& lost, const EmitUplink&) const {
    if (lost.generation != generation) return std::nullopt;
    return LinkDown{LinkProblem::unavailable,
                    "the connection to " + options.settings.host + " was lost" +
                        (lost.cause.empty() ? "" : " (" + lost.cause + ")"),
                    "reconnecting by itself; if it stays down check the broker and the network"};
  }

  std::optional<LinkDown> on(MqttSession&, const Published& done, const EmitUplink& emit) const {
    if (done.generation != generation) return std::nullopt;
    if (done.refusal.empty())
      report(emit, TransportTook{done.key});
    else
      report(emit, TransportRefused{done.key, BatchProblem::unauthorised, done.refusal, ""});
    return std::nullopt;
  }

  std::optional<LinkDown> on(MqttSession&, const AnswerArrived& answer,
                             const EmitUplink& emit) const {
    auto parsed = parse_hub_answer(answer.text);
    if (parsed)
      report(emit, *std::move(parsed));
    else
      report(emit, parsed.error());
    return std::nullopt;
  }

  void wait(const std::stop_token& stop, const std::function<void()>& alive) {
    const auto until = Clock::now() + backoff.next();
    while (!stop.stop_requested() && Clock::now() < until) {
      alive();
      // What arrives meanwhile belongs to a connection that is gone.
      static_cast<void>(inbox.take(stop, std::min(until, Clock::now() + kTick)));
    }
  }

  MqttOptions options;
  Inbox inbox{limits::kEventQueueLength};
  Backoff backoff;
  std::uint64_t generation = 0;
};

MqttUplink::MqttUplink(MqttOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
MqttUplink::~MqttUplink() = default;

void MqttUplink::run(std::stop_token stop, const EmitUplink& emit,
                     const std::function<void()>& alive) {
  while (!stop.stop_requested()) {
    const auto began = Clock::now();
    const LinkDown down = impl_->serve(stop, emit, alive);
    if (stop.stop_requested() || !impl_->report(emit, down)) return;
    if (Clock::now() - began >= limits::kStableAfter) impl_->backoff.reset();
    impl_->wait(stop, alive);
  }
}

void MqttUplink::send(Outgoing outgoing) {
  // No room: it stays in flight and is sent again after the answer timeout.
  static_cast<void>(impl_->inbox.try_push(std::move(outgoing)));
}

}  // namespace vitalgate::sync
