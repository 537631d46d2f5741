// A Gateway on a thread, with a real buffer, and sources and an uplink that do what the test says.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include "agent/core/limits.h"
#include "agent/gateway.h"
#include "tests/support/key_file.h"
#include "tests/support/poll.h"
#include "tests/support/temp_dir.h"

namespace vitalgate {

class SilentSource final : public bridge::Source {
 public:
  void run(std::stop_token, const bridge::Emit&, const std::function<void()>&) override {}
  void durable(std::uint64_t ticket) override { told = ticket; }
  std::atomic<std::uint64_t> told{0};
};

class RecordingUplink final : public sync::Uplink {
 public:
  void run(std::stop_token, const sync::EmitUplink&, const std::function<void()>&) override {}
  void send(sync::Outgoing outgoing) override {
    const std::scoped_lock lock(mutex_);
    sent_.push_back(std::move(outgoing));
  }
  std::vector<sync::Outgoing> sent() const {
    const std::scoped_lock lock(mutex_);
    return sent_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<sync::Outgoing> sent_;
};

class GatewayTest : public ::testing::Test {
 protected:
  GatewayTest() {
    settings_.buffer.directory = directory_.path() / "state";
    settings_.buffer.key = test::write_key(directory_.path() / "key");
    options_ = {.directory = settings_.buffer.directory,
                .gateway = "clinic-042",
                .site = "site-17",
                .agent_version = "1",
                .config_version = 1,
                .destinations = {"hub"},
                .batch = {.max_readings = 3, .max_age = std::chrono::hours(1)},
                .keep_sent = std::chrono::hours(24),
                .max_disk_bytes = 64'000'000,
                .keys = {settings_.buffer.key, {}, {}}};
    settings_.gateway = {.id = "clinic-042", .site_id = "site-17", .time_zone = {}};
    settings_.buffer.commit_interval = std::chrono::milliseconds(5);
    config::DeviceSettings& device = settings_.devices.emplace_back();
    device.id = "ivy-1";
    device.expect_every = std::chrono::seconds(5);
    config::DestinationSettings hub;
    hub.name = "hub";
    hub.window = 4;
    hub.answer_timeout = std::chrono::minutes(1);
    settings_.destinations.push_back(hub);
  }

  void start() {
    auto opened = sync::Buffer::open(options_, Clock::now());
    ASSERT_TRUE(opened) << opened.error().what;
    buffer_.emplace(*std::move(opened));
    ended_ = false;
    gateway_.emplace(Gateway::Parts{settings_, *buffer_, sources(), {&uplink_}, board_, tail_});
    thread_ = std::jthread([this](const std::stop_token& stop) {
      outcome_ = gateway_->run(stop, events_, [this] { do_on_core(); });
      ended_ = true;
    });
  }

  // A second device, whose readings go into `lane`.
  SilentSource& add_source(const std::string& id, Lane lane) {
    config::DeviceSettings& device = settings_.devices.emplace_back();
    device.id = id;
    device.lane = lane;
    device.expect_every = std::chrono::seconds(5);
    return others_.emplace_back();
  }
  std::vector<bridge::Source*> sources() {
    std::vector<bridge::Source*> all{&source_};
    for (auto& other : others_) all.push_back(&other);
    return all;
  }

  // Runs `task` on the core thread, between its other work, and waits for it.
  void on_core(std::function<void()> task) {
    {
      const std::scoped_lock lock(mutex_);
      task_ = std::move(task);
    }
    ASSERT_TRUE(eventually([&] {
      const std::scoped_lock lock(mutex_);
      return !task_;
    }));
  }
  void do_on_core() {
    const std::scoped_lock lock(mutex_);
    if (task_) std::exchange(task_, {})();
  }

  void stop() {
    uplink_says(sync::LinkDown{});  // else it waits for answers that nobody gives
    thread_.request_stop();
    thread_.join();
    EXPECT_TRUE(outcome_) << outcome_.error().what;
    gateway_.reset();
    buffer_.reset();
  }

  void measure(const std::vector<int>& values, std::size_t source = 0) {
    Arrival arrival;
    arrival.device = settings_.devices.at(source).id;
    arrival.received = Stamp::now();
    arrival.ticket = ++ticket_;
    for (const int value : values)
      arrival.readings.push_back({.metric = config::metric::kHeartRateEcg,
                                  .unit = config::unit::kPerMinute,
                                  .value = Decimal::of(value),
                                  .flags = {},
                                  .raw = {},
                                  .device_time = {}});
    ASSERT_TRUE(events_.push(bridge::SourceEvent{source, std::move(arrival)}, {}));
  }

  void uplink_says(auto what) {
    ASSERT_TRUE(events_.push(sync::UplinkEvent{0, std::move(what)}, {}));
  }

  sync::HubAnswer stored(sync::Sequence first, sync::Sequence last) {
    return {sync::stream_id(Lane::vitals, epoch()), {{first, last}}, {}};
  }

  std::string epoch() { return board_.latest()->buffer.epoch; }

  static bool eventually(const std::function<bool()>& holds) {
    return test::poll_until(holds, std::chrono::seconds(20));
  }

  // A hub that has everything that it is sent.
  void confirm_all() {
    ASSERT_TRUE(eventually([&] {
      const auto sent = uplink_.sent();
      for (; confirmed_ < sent.size(); ++confirmed_) {
        const sync::BatchInfo& info = sent[confirmed_].body.info;
        uplink_says(sync::TransportTook{info.key});
        uplink_says(answer_to(sent[confirmed_]));
      }
      return board_.latest()->buffer.waiting == 0 && board_.latest()->buffer.stored > 0;
    }));
  }
  // Named after the batch itself: its stream may be of an older epoch.
  static sync::HubAnswer answer_to(const sync::Outgoing& sent) {
    constexpr std::string_view kKey = "\"subject\":\"";
    const std::size_t at = sent.body.head.find(kKey) + kKey.size();
    sync::HubAnswer answer{sent.body.head.substr(at, sent.body.head.find('"', at) - at), {}, {}};
    if (!sent.body.info.tombstone) answer.stored.push_back(sent.body.info.range);
    return answer;
  }

  test::TempDir directory_;
  config::Settings settings_;
  sync::BufferOptions options_;
  std::optional<sync::Buffer> buffer_;
  SilentSource source_;
  std::deque<SilentSource> others_;
  RecordingUplink uplink_;
  EventChannel events_{limits::kEventQueueLength};
  StatusBoard board_;
  Tail tail_;
  std::optional<Gateway> gateway_;
  Result<> outcome_;
  std::atomic<bool> ended_ = false;
  std::mutex mutex_;
  std::function<void()> task_;
  std::size_t confirmed_ = 0;
  std::uint64_t ticket_ = 0;
  std::jthread thread_;
};

}  // namespace vitalgate
