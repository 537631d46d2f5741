// Link: one destination's connection and what lies behind it, in virtual time: a sync::Uplink that
// loses, delays, repeats, refuses and answers as it is told to.
//
// Keeps the contract of an uplink: a batch that is given while the link is up is reported back, or
// LinkDown follows.
#pragma once

#include <set>

#include "sync/uplink/uplink.h"
#include "tests/simulation/hub.h"
#include "tests/simulation/scenario.h"

namespace vitalgate::simulation {

class Link final : public sync::Uplink {
 public:
  Link(Stage& stage, Hub& hub, const Scenario& scenario, std::size_t number, Plants plants);

  void run(std::stop_token, const sync::EmitUplink&, const std::function<void()>&) override {}
  void send(sync::Outgoing outgoing) override { stage_.effect(Sent{number_, std::move(outgoing)}); }

  // A gateway process begins to connect, or is gone.
  void start();
  void stop();
  // What send() was given, once it has really happened.
  void take(sync::Outgoing outgoing);
  [[nodiscard]] bool is_up() const { return up_; }

  // A fault of a link or a hub begins; it ends by itself.
  void begin(const FaultPlan& fault);
  // An answer out of nothing. `current`: the stream id that the gateway now gives numbers in;
  // `next`: the number that it will give next there.
  void claim(FaultKind kind, const std::string& current, Sequence next);
  // The connection breaks, and everything that was under way with it.
  void cut(sync::LinkProblem problem, const std::string& what, Clock::duration unnoticed);
  void forget_answers() { ++hub_life_; }

 private:
  using Outgoing = std::shared_ptr<const sync::Outgoing>;

  void connect_later();
  void connect();
  void say(auto what) { stage_.post(sync::UplinkEvent{number_, std::move(what)}); }
  // To the gateway, if the connection of `generation` is still there then.
  void report(Clock::duration delay, std::uint64_t generation, auto what);
  [[nodiscard]] bool has(FaultKind kind) const { return active_.count(kind) != 0; }
  [[nodiscard]] Clock::duration latency();
  bool refuse(const Outgoing& outgoing);
  void bring(const Outgoing& outgoing, Clock::duration delay, bool report_back);
  void arrive(const Outgoing& outgoing, bool report_back);
  void took(const Outgoing& outgoing);
  void answer(sync::HubAnswer answer);

  Stage& stage_;
  Hub& hub_;
  const config::DestinationSettings& settings_;
  const std::size_t number_;
  const Plants plants_;
  const bool refuses_whole_;
  Dice dice_;
  std::multiset<FaultKind> active_;
  bool running_ = false;  // a gateway process is there
  bool up_ = false;       // and it believes that it is connected
  bool broken_ = false;   // wrongly: nothing gets through any more
  bool connecting_ = false;
  std::uint64_t generation_ = 0;
  std::uint64_t hub_life_ = 0;  // answers of an earlier one never come
};

}  // namespace vitalgate::simulation
