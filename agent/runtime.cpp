#include "agent/runtime.h"

#include <pthread.h>
#include <signal.h>
#include <systemd/sd-daemon.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "agent/buffer_options.h"
#include "agent/control.h"
#include "agent/core/limits.h"
#include "agent/core/log.h"
#include "agent/gateway.h"
#include "agent/version.h"
#include "firmware-bridge/sources.h"
#include "sync/uplink/hub_uplink.h"

namespace vitalgate {
namespace {

constexpr timespec kSignalTick{0, 200'000'000};

// A thread with a name and a pulse: the watchdog is fed only while every pulse goes on.
class Worker {
 public:
  using Alive = std::function<void()>;

  template <class Body>
  Worker(std::string name, Body body) : name_(std::move(name)) {
    thread_ = std::jthread([this, body = std::move(body)](const std::stop_token& stop) {
      pthread_setname_np(pthread_self(), name_.substr(0, 15).c_str());
      body(stop, [this] { ++pulse_; });
      ended_ = true;
    });
  }

  void request_stop() { thread_.request_stop(); }
  void join() {
    if (thread_.joinable()) thread_.join();
  }
  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] const std::string& name() const { return name_; }

  // Main thread only.
  bool is_healthy(Clock::time_point now) {
    const std::uint64_t pulse = pulse_;
    if (pulse != seen_ || ended_) {
      seen_ = pulse;
      since_ = now;
    }
    return now - since_ < limits::kProgressDeadline;
  }

 private:
  std::string name_;
  std::atomic<std::uint64_t> pulse_{0};
  std::atomic<bool> ended_{false};
  std::uint64_t seen_ = 0;
  Clock::time_point since_ = Clock::now();
  std::jthread thread_;
};

// A large store is checked or salvaged: neither its start nor the watchdog may run out meanwhile.
// Told from where the work is done, so it stops when the work does. Main or core thread.
void tell_service_manager() {
  constexpr auto kInterval = std::chrono::seconds(5);
  static std::atomic<Clock::rep> told{0};
  const auto now = Clock::now().time_since_epoch();
  if (now - Clock::duration(told.load()) < kInterval) return;
  told = now.count();
  sd_notify(0, "EXTEND_TIMEOUT_USEC=60000000\nWATCHDOG=1");
}

using Workers = std::vector<std::unique_ptr<Worker>>;

void stop_and_join(Workers& workers) {
  for (const auto& worker : workers) worker->request_stop();
  for (const auto& worker : workers) worker->join();
}

// Everything that runs, in the order in which it is made; threads end before what they use.
class Agent {
 public:
  Agent(const config::Settings& settings, ControlServer control, sync::Buffer buffer)
      : settings_(settings), control_(std::move(control)), buffer_(std::move(buffer)) {
    for (const auto& destination : settings.destinations)
      uplinks_.push_back(sync::make_uplink({.destination = uplinks_.size(),
                                            .settings = destination,
                                            .gateway = settings.gateway.id,
                                            .directory = settings.buffer.directory}));
  }

  Result<> run() {
    VG_TRY(make_sources());
    Gateway::Parts parts{settings_, buffer_, {}, {}, board_, tail_};
    parts.seed = std::random_device{}();
    for (const auto& source : sources_) parts.sources.push_back(source.get());
    for (const auto& uplink : uplinks_) parts.uplinks.push_back(uplink.get());
    Gateway gateway(std::move(parts));
    start(gateway);
    log::info("agent.started", "reading devices and delivering",
              {{"version", kVersion},
               {"gateway", settings_.gateway.id},
               {"devices", settings_.devices.size()},
               {"epoch", buffer_.epoch()}});
    sd_notify(0, "READY=1");
    watch_over();
    sd_notify(0, "STOPPING=1");
    // Devices first, so that nothing new comes; the core drains over the links; then the links.
    stop_and_join(producers_);
    stop_and_join(core_);
    stop_and_join(links_);
    stop_and_join(others_);
    if (outcome_)
      log::info("agent.stopped", gateway.has_erased() ? "the store was erased, as a person asked"
                                                      : "everything received is stored");
    return std::move(outcome_);
  }

 private:
  // Each is told how far it got when it ran last.
  Result<> make_sources() {
    for (std::size_t i = 0; i < settings_.devices.size(); ++i) {
      const auto marks = VG_TRY(buffer_.marks(settings_.devices[i].id));
      sources_.push_back(bridge::make_source(settings_, i, marks));
    }
    return {};
  }

  void start(Gateway& gateway) {
    core_.push_back(std::make_unique<Worker>("core", [&](const auto& stop, const auto& alive) {
      outcome_ = gateway.run(stop, events_, alive);
    }));
    others_.push_back(std::make_unique<Worker>("control", [&](const auto& stop, const auto& alive) {
      // Never waits: the core must not be able to hold up the answer to `status`.
      const auto submit = [this](CommandRequest request) {
        return events_.try_push(Event(std::move(request)));
      };
      control_.run(stop, board_, tail_, submit, alive);
    }));
    for (const auto& uplink : uplinks_)
      links_.push_back(worker_for("uplink-" + std::to_string(links_.size() + 1), *uplink));
    for (const auto& source : sources_)
      producers_.push_back(worker_for("source-" + std::to_string(producers_.size() + 1), *source));
  }

  // A source or an uplink: something that runs, and hands its events to the core.
  template <class Producer>
  std::unique_ptr<Worker> worker_for(std::string name, Producer& producer) {
    return std::make_unique<Worker>(
        std::move(name), [this, &producer](const auto& stop, const auto& alive) {
          producer.run(
              stop, [&](auto event) { return events_.push(Event(std::move(event)), stop); }, alive);
        });
  }

  // Waits for a reason to stop and feeds the service manager's watchdog meanwhile.
  void watch_over() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    while (!core_.front()->ended()) {
      if (const int signal = sigtimedwait(&signals, nullptr, &kSignalTick); signal > 0) {
        log::info("agent.stopping", "a signal asked for it", {{"signal", signal}});
        return;
      }
      if (all_healthy()) sd_notify(0, "WATCHDOG=1");
    }
  }

  bool all_healthy() {
    bool healthy = true;
    for (auto* group : {&core_, &producers_, &links_, &others_})
      for (const auto& worker : *group) {
        if (worker->is_healthy(Clock::now())) continue;
        healthy = false;
        log::error("agent.stuck", "a thread makes no progress", {{"thread", worker->name()}});
      }
    return healthy;
  }

  const config::Settings& settings_;
  ControlServer control_;
  sync::Buffer buffer_;
  EventChannel events_{limits::kEventQueueLength};
  StatusBoard board_;
  Tail tail_;
  std::vector<std::unique_ptr<bridge::Source>> sources_;
  std::vector<std::unique_ptr<sync::Uplink>> uplinks_;
  Result<> outcome_;
  Workers core_, producers_, links_, others_;
};

}  // namespace

Result<> run_agent(const config::Settings& settings) {
  ControlServer control = VG_TRY(ControlServer::listen(settings.control.socket));
  sync::BufferOptions options = buffer_options(settings);
  options.progress = tell_service_manager;
  sync::Buffer buffer = VG_TRY(sync::Buffer::open(std::move(options), Clock::now()));
  return Agent(settings, std::move(control), std::move(buffer)).run();
}

}  // namespace vitalgate
