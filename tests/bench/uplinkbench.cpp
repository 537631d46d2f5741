// uplinkbench: what one uplink moves to a peer that runs already, and what its thread costs.
//
//   uplinkbench --transport https --port 8443 --ca ca.pem [--compression gzip] [--seconds 5]
//
// The peer counts nothing and confirms everything: a broker (the transport's acknowledgement is
// taken), or a web server that answers 200 to POST /v1/batches. The rows are made once, so that
// only the uplink is measured; its thread's time is in the last columns, that of libraries' own
// threads in the process's.

#include <fmt/format.h>
#include <pthread.h>
#include <sys/resource.h>
#include <time.h>

#include <CLI/CLI.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "sync/batch/envelope.h"
#include "sync/batch/row_writer.h"
#include "sync/uplink/hub_uplink.h"
#include "tests/bench/ward.h"

namespace vitalgate {
namespace {

constexpr std::size_t kRows = 200;

struct Plan {
  sync::UplinkOptions uplink;
  std::string ca;
  double seconds = 5;
};

sync::BatchBody make_body() {
  bench::Ward ward;
  const sync::RowWriter writer("clinic-042", Lane::vitals, "k7p3q9x2ab");
  sync::BatchBody body;
  std::string rows;
  for (std::size_t i = 1; i <= kRows; ++i) {
    if (i > 1) rows.push_back(',');
    writer.append(rows, ward.next(), i, 0);
  }
  body.info.bytes = static_cast<std::uint32_t>(rows.size());
  body.info.key = {Lane::vitals, 1};
  body.info.range = {1, kRows};
  sync::Envelope envelope;
  envelope.gateway = envelope.site = "clinic-042";
  envelope.epoch = "k7p3q9x2ab";
  envelope.agent_version = "bench";
  envelope.key = body.info.key;
  envelope.first = 1;
  envelope.last = kRows;
  envelope.sealed = envelope.low_watermark = wall_now();
  body.head = sync::envelope_head(envelope, rows);
  body.segments.push_back(std::move(rows));
  return body;
}

double cpu_seconds(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// Keeps the window full until the time is up.
class Bench {
 public:
  explicit Bench(const Plan& plan) : plan_(plan), uplink_(sync::make_uplink(plan.uplink)) {}

  int run() {
    std::jthread thread([this](const std::stop_token& stop) {
      uplink_->run(
          stop, [this](const sync::UplinkEvent& event) { return take(event); }, [] {});
    });
    clockid_t clock{};
    pthread_getcpuclockid(thread.native_handle(), &clock);
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(20), [&] { return up_.window > 0; }))
      return fmt::print("no link: {}\n", trouble_), 1;
    const auto window = std::min<std::size_t>(up_.window, plan_.uplink.settings.window);
    const auto began = Clock::now();
    const double thread_before = cpu_seconds(clock),
                 all_before = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
    std::uint64_t sent = 0;
    while (Clock::now() - began < std::chrono::duration<double>(plan_.seconds) &&
           trouble_.empty()) {
      while (sent - taken_ < window) {
        sync::BatchBody body = body_;
        body.info.key.number = ++sent;
        lock.unlock();
        uplink_->send({up_.generation, std::move(body), 1});
        lock.lock();
      }
      changed_.wait_for(lock, std::chrono::seconds(1));
    }
    const double took = std::chrono::duration<double>(Clock::now() - began).count();
    const auto batches = static_cast<double>(taken_);
    fmt::print(
        "{}: {:.0f} readings/s, {:.0f} batches/s, {:.1f} MB/s of rows, window {}, uplink thread "
        "{:.0f} "
        "us a batch, process {:.0f} us a batch{}\n",
        up_.detail, batches * kRows / took, batches / took, batches * body_.info.bytes / took / 1e6,
        window, (cpu_seconds(clock) - thread_before) / batches * 1e6,
        (cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - all_before) / batches * 1e6,
        trouble_.empty() ? "" : "; ended: " + trouble_);
    return trouble_.empty() ? 0 : 1;
  }

 private:
  bool take(const sync::UplinkEvent& event) {
    const std::scoped_lock lock(mutex_);
    if (const auto* up = std::get_if<sync::LinkUp>(&event.what)) up_ = *up;
    if (const auto* down = std::get_if<sync::LinkDown>(&event.what)) trouble_ = down->what;
    if (const auto* no = std::get_if<sync::TransportRefused>(&event.what)) trouble_ = no->what;
    if (std::holds_alternative<sync::TransportTook>(event.what)) ++taken_;
    changed_.notify_one();
    return true;
  }

  const Plan& plan_;
  const sync::BatchBody body_ = make_body();
  std::unique_ptr<sync::Uplink> uplink_;
  std::mutex mutex_;
  std::condition_variable changed_;
  sync::LinkUp up_;
  std::string trouble_;
  std::uint64_t taken_ = 0;
};

}  // namespace
}  // namespace vitalgate

int main(int argc, char** argv) {
  using namespace vitalgate;
  using config::Compression, config::Transport;
  Plan plan;
  config::DestinationSettings& settings = plan.uplink.settings;
  settings.name = "bench";
  settings.host = "127.0.0.1";
  settings.client_id = "uplinkbench";
  settings.websocket_path = "/mqtt";
  settings.window = 16;
  settings.retry_max = std::chrono::seconds(1);
  settings.acknowledge = config::Acknowledge::transport;
  plan.uplink.gateway = "clinic-042";
  std::uint16_t port = 0;
  Transport transport = Transport::mqtt;
  CLI::App app("what one uplink moves");
  app.add_option("--transport", transport)
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, Transport>{{"mqtt", Transport::mqtt},
                                           {"mqtt-websocket", Transport::mqtt_websocket},
                                           {"https", Transport::https}}));
  app.add_option("--compression", settings.compression)
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, Compression>{{"auto", Compression::automatic},
                                             {"none", Compression::none},
                                             {"gzip", Compression::gzip},
                                             {"zstd", Compression::zstd}}));
  app.add_option("--host", settings.host);
  app.add_option("--port", port)->required();
  app.add_option("--ca", plan.ca)->required()->check(CLI::ExistingFile);
  app.add_option("--window", settings.window);
  app.add_option("--seconds", plan.seconds);
  CLI11_PARSE(app, argc, argv);
  settings.transport = transport;
  settings.port = port;
  settings.ca = plan.ca;
  return Bench(plan).run();
}
