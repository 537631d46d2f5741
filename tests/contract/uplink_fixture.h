// An uplink in a thread of its own, its events, and a real hub behind a proxy that can spoil the
// link: mosquitto with the reference receiver, or the receiver over HTTPS.
#pragma once

#include <algorithm>
#include <csignal>
#include <fstream>
#include <mutex>
#include <thread>

#include "sync/uplink/hub_uplink.h"
#include "tests/support/broker.h"
#include "tests/support/fault_proxy.h"
#include "tests/support/hub.h"
#include "tests/support/network.h"
#include "tests/support/paths.h"
#include "tests/support/poll.h"
#include "tests/unit/sync/buffer_fixture.h"

namespace vitalgate::sync {

using namespace std::chrono_literals;

// What an uplink of a test speaks.
enum class Way { mqtt_5, mqtt_3, websocket, https };

class UplinkFixture : public BufferFixture {
 protected:
  void SetUp() override {
    ::signal(SIGPIPE, SIG_IGN);  // as the daemon does
    BufferFixture::SetUp();
    settings_.name = "hub";
    settings_.host = "127.0.0.1";
    settings_.ca = ca_.file();
    settings_.client_id = "vitalgate-clinic-042";
    settings_.window = 16;
    settings_.retry_max = 1s;
    settings_.websocket_path = "/mqtt";
    broker_options_.websocket = true;
  }

  void TearDown() override {
    end();
    if (hub_) hub_->stop();
  }

  // Everything that `way` needs runs, reached through link_.
  void prepare(Way way) {
    way_ = way;
    settings_.transport = way == Way::https       ? config::Transport::https
                          : way == Way::websocket ? config::Transport::mqtt_websocket
                                                  : config::Transport::mqtt;
    settings_.mqtt_version = way == Way::mqtt_3 ? 3 : 5;
    start_peer(ca_.issue());
  }

  void start_peer(const test::Certificate& certificate) {
    if (way_ != Way::https) {
      if (!broker_) broker_.emplace(directory_.path() / "broker", certificate);
      broker_->set(broker_options_);
      broker_->present(certificate);
      broker_->start();
    }
    if (!hub_) hub_.emplace(directory_.path() / "hub");
    test::Hub::Options options;
    options.ca = ca_.file();
    if (way_ == Way::https)
      options.https = certificate;
    else
      options.port = broker_->port();
    std::filesystem::remove(directory_.path() / "hub" / "ready");  // of the one before
    hub_->start(options);
    lead_to(way_);
  }

  // The receiver is there, and link_ leads to it.
  void lead_to(Way way) {
    if (way == Way::https) hub_->wait_ready();
    if (way == Way::websocket) wait_for_websocket();
    link_ = std::make_unique<test::FaultProxy>(way == Way::https       ? hub_->https_port()
                                               : way == Way::websocket ? broker_->websocket_port()
                                                                       : broker_->port());
    settings_.port = link_->port();
  }

  void wait_for_websocket() {
    ASSERT_TRUE(test::poll_until([&] { return test::accepts(broker_->websocket_port()); }, 20s));
  }

  // Another certificate, from a peer that was started anew.
  void present(const test::Certificate& certificate) {
    hub_->stop();
    if (broker_) broker_->stop();
    start_peer(certificate);
  }

  void begin() {
    uplink_ = make_uplink({.settings = settings_,
                           .gateway = "clinic-042",
                           .directory = directory_.path(),
                           .route_retry = route_retry_});
    thread_ = std::jthread([this](const std::stop_token& stop) {
      uplink_->run(
          stop,
          [this](UplinkEvent event) {
            const std::scoped_lock lock(mutex_);
            events_.push_back(std::move(event));
            return true;
          },
          [] {});
    });
  }

  void end() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
  }

  void forget_events() {
    const std::scoped_lock lock(mutex_);
    events_.clear();
  }

  // All events of one kind so far.
  template <class What>
  std::vector<What> seen() {
    const std::scoped_lock lock(mutex_);
    std::vector<What> found;
    for (const UplinkEvent& event : events_)
      if (const auto* what = std::get_if<What>(&event.what)) found.push_back(*what);
    return found;
  }

  template <class What>
  What wait_for(std::size_t nth = 1, test::Milliseconds patience = 30s) {
    EXPECT_TRUE(test::poll_until([&] { return seen<What>().size() >= nth; }, patience));
    const auto found = seen<What>();
    return found.size() >= nth ? found.at(nth - 1) : What{};
  }

  void send(const BatchInfo& batch, std::uint64_t generation, unsigned attempt = 1) {
    auto body = buffer_->read(batch);
    ASSERT_TRUE(body);
    uplink_->send({generation, *std::move(body), attempt});
  }

  // The receiver's account is written every now and then.
  void expect_received(std::uint64_t count) {
    EXPECT_TRUE(test::poll_until([&] { return hub_->verdict().received == count; }, 30s))
        << hub_->verdict().received;
    EXPECT_EQ(hub_->verdict().missing, 0u);
    EXPECT_EQ(hub_->verdict().violations, 0u);
  }

  // A link, one batch sent over it, and the hub's word that it has it.
  LinkUp expect_delivery() {
    begin();
    auto up = wait_for<LinkUp>();
    if (way_ != Way::https) hub_->wait_ready();
    const BatchInfo batch = sealed_batch(7);
    send(batch, up.generation);
    EXPECT_EQ(wait_for<TransportTook>().key, batch.key);
    const auto stored = wait_for<HubAnswer>().stored;  // may cover more
    EXPECT_TRUE(std::any_of(stored.begin(), stored.end(), [&](const Range& range) {
      return range.first <= batch.range.first && range.last >= batch.range.last;
    }));
    EXPECT_EQ(hub_->verdict().violations, 0u);
    return up;
  }

  // The first word on why there is no link.
  LinkDown expect_no_link() {
    begin();
    auto down = wait_for<LinkDown>();
    EXPECT_FALSE(down.what.empty());
    EXPECT_TRUE(seen<LinkUp>().empty()) << down.what;
    return down;
  }

  test::TestCa ca_{directory_.path() / "ca", "ca"};
  test::BrokerOptions broker_options_;
  std::optional<test::Broker> broker_;
  std::optional<test::Hub> hub_;
  std::unique_ptr<test::FaultProxy> link_;
  Way way_ = Way::mqtt_5;
  config::DestinationSettings settings_;
  std::chrono::milliseconds route_retry_ = 1h;
  std::unique_ptr<Uplink> uplink_;
  std::mutex mutex_;
  std::vector<UplinkEvent> events_;
  std::jthread thread_;
};

// Whether one of our sentences speaks of it.
inline ::testing::AssertionResult says(const std::string& text, std::string_view part) {
  if (text.find(part) != std::string::npos) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "no '" << part << "' in: " << text;
}

}  // namespace vitalgate::sync
