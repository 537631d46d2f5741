// bufferbench: a buffer through an outage, as a process of its own at each step, so that memory
// and start are those of a fresh program.
//
//   bufferbench --readings 10000000 --directory DIR
//
// fills a new store with readings that nobody takes, opens it again, and drains it. Each step
// prints its figures on one line; nothing is asserted.

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>

#include "sync/buffer/buffer.h"
#include "sync/buffer/space.h"
#include "tests/bench/ward.h"
#include "tests/support/key_file.h"

namespace vitalgate {
namespace {

namespace fs = std::filesystem;
using Seconds = std::chrono::duration<double>;

struct Plan {
  fs::path directory = "bufferbench.tmp";
  std::uint64_t readings = 1'000'000;
  std::size_t per_commit = 1000;
};

struct Stopwatch {
  Clock::time_point began = Clock::now();
  [[nodiscard]] double seconds() const { return Seconds(Clock::now() - began).count(); }
};

double resident_mb() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

Result<sync::Buffer> open(const Plan& plan) {
  return sync::Buffer::open(bench::options_in(plan.directory), Clock::now());
}

Result<> fill(const Plan& plan) {
  sync::Buffer buffer = VG_TRY(open(plan));
  bench::Ward ward;
  const Stopwatch watch;
  const std::uint64_t before = sync::device_bytes_written();
  for (std::uint64_t done = 0; done < plan.readings;) {
    const auto now = Clock::now();
    for (std::size_t i = 0; i < plan.per_commit && done < plan.readings; ++i, ++done)
      buffer.append(Lane::vitals, ward.next(), 0, now);
    VG_TRY(buffer.commit({.now = now, .wall = wall_now(), .backfill = true}));
  }
  const double seconds = watch.seconds();
  const auto count = static_cast<double>(plan.readings);
  VG_TRY(buffer.close());
  fmt::print("fill:  {:.0f} readings/s, {:.1f} bytes to the device a reading, {:.0f} MB resident\n",
             count / seconds, static_cast<double>(sync::device_bytes_written() - before) / count,
             resident_mb());
  return {};
}

Result<> start(const Plan& plan) {
  const Stopwatch watch;
  const sync::Buffer buffer = VG_TRY(open(plan));
  fmt::print("open:  {:.3f} s with {} waiting, {:.0f} MB resident, {:.0f} MB on the disk\n",
             watch.seconds(), buffer.totals().waiting, resident_mb(),
             static_cast<double>(buffer.totals().space.used_bytes) / 1e6);
  return {};
}

Result<> drain(const Plan& plan) {
  sync::Buffer buffer = VG_TRY(open(plan));
  const Stopwatch watch;
  std::uint64_t readings = 0, bytes = 0;
  sync::Sequence after = 0;
  for (;;) {
    const auto batches = VG_TRY(buffer.unconfirmed(0, Lane::vitals, after, 64));
    if (batches.empty()) break;
    for (const sync::BatchInfo& batch : batches) {
      const sync::BatchBody body = VG_TRY(buffer.read(batch));
      for (const std::string& rows : body.segments) bytes += rows.size();
      VG_TRY(buffer.confirm(0, Lane::vitals, batch.range));
      readings += batch.range.count();
      after = batch.range.last;
    }
    VG_TRY(buffer.commit({.now = Clock::now(), .wall = wall_now()}));
  }
  const double seconds = watch.seconds();
  VG_TRY(buffer.close());
  fmt::print("drain: {:.0f} readings/s, {:.0f} MB/s of rows, {:.0f} MB resident\n",
             static_cast<double>(readings) / seconds, static_cast<double>(bytes) / seconds / 1e6,
             resident_mb());
  return {};
}

// A child of its own: its peak memory is its alone.
bool in_process(const Plan& plan, const std::function<Result<>(const Plan&)>& step) {
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto done = step(plan);
    if (!done) fmt::print(stderr, "bufferbench: {}\n", done.error().what);
    std::fflush(stdout);
    ::_exit(done ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int run(const Plan& plan) {
  fs::remove_all(plan.directory);
  fs::create_directories(plan.directory);
  const bool done = in_process(plan, fill) && in_process(plan, start) && in_process(plan, drain) &&
                    in_process(plan, start);
  fs::remove_all(plan.directory);
  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace vitalgate

int main(int argc, char** argv) {
  vitalgate::Plan plan;
  CLI::App app("A buffer through an outage: fill, open, drain, open.");
  app.add_option("--directory", plan.directory, "is made, and removed at the end")
      ->capture_default_str();
  app.add_option("--readings", plan.readings, "that wait")->capture_default_str();
  app.add_option("--per-commit", plan.per_commit, "readings a commit")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return vitalgate::run(plan);
}
