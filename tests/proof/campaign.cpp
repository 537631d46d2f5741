#include "tests/proof/campaign.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <thread>

#include "tests/support/failure.h"
#include "tests/support/poll.h"

namespace vitalgate::proof {
namespace {

constexpr auto kShowEvery = std::chrono::milliseconds(500);
constexpr double kHangs = 60;     // seconds of processor time of one case
constexpr double kSleeps = 600;   // seconds by the clock: others may need the processor
constexpr double kLogEvery = 60;  // seconds, when nobody looks at a terminal

double seconds_now() {
  return std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
}

double seconds_of(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

void write_key(const std::filesystem::path& file) {
  std::ofstream(file) << "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n";
  ::chmod(file.c_str(), 0400);
}

}  // namespace

thread_local Campaign::Post* Campaign::at_ = nullptr;

void declare_campaign(CLI::App& app, CampaignPlan& plan) {
  app.add_option("--seed", plan.seed, "the lives of the buffer, and what happens to them")
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1} << 20))
      ->capture_default_str();
  app.add_option("--cases", plan.cases, "how many; 0: every case of --lives")
      ->capture_default_str();
  app.add_option("--lives", plan.lives, "how many lives at most; 0: as many as needed")
      ->capture_default_str();
  app.add_option("--jobs", plan.jobs, "threads; 0: one a core")
      ->check(CLI::Range(0u, 256u))
      ->capture_default_str();
  app.add_flag("--all", plan.all, "show every violation, not only the first");
  app.add_option("--first", plan.first, "begin with the case of this number");
}

Campaign::Campaign(std::string name, CampaignPlan plan, std::string again)
    : name_(std::move(name)), plan_(plan), again_(std::move(again)), folder_(name_) {
  // Its memory statistics are one lock for all threads.
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  write_key(key_file());
  first_life_ = plan_.first          ? *plan_.first >> kOrdinalBits
                : plan_.case_is_life ? plan_.seed
                                     : plan_.seed << kOrdinalBits;
  next_life_ = first_life_;
}

bool Campaign::over() const {
  if (stop_) return true;
  return plan_.cases != 0 && taken_ >= plan_.cases;
}

bool Campaign::take(std::uint64_t life, std::uint64_t ordinal) {
  if (over() || (plan_.first && number(life, ordinal) < *plan_.first)) return false;
  if (taken_.fetch_add(1) < plan_.cases || plan_.cases == 0) {
    at_->used = seconds_of(CLOCK_THREAD_CPUTIME_ID);
    at_->number = number(life, ordinal);
    at_->since = seconds_now();
    return true;
  }
  --taken_;
  return false;
}

void Campaign::violation(std::uint64_t life, std::uint64_t ordinal, const std::string& paragraph) {
  ++violations_;
  if (plan_.stop) stop_ = true;
  const std::lock_guard lock(mutex_);
  if (plan_.all) fmt::print("violation: {} (case {})\n", paragraph, number(life, ordinal));
  if (!first_violation_.empty()) return;
  const std::string which = plan_.case_is_life ? fmt::format("--seed {}", life)
                                               : fmt::format("--first {}", number(life, ordinal));
  first_violation_ = fmt::format("{}\nTry: {} {} --cases 1 --jobs 1{}\n", paragraph, name_, which,
                                 again_.empty() ? "" : " " + again_);
}

void Campaign::note(const std::string& figure, std::uint64_t count) {
  const std::lock_guard lock(mutex_);
  figures_[figure] += count;
}

void Campaign::work(const Life& life, Post& mine) {
  at_ = &mine;
  clockid_t clock{};
  ::pthread_getcpuclockid(::pthread_self(), &clock);
  mine.clock = clock;
  while (!over()) {
    const std::uint64_t number = next_life_++;
    if (plan_.lives != 0 && number - first_life_ >= plan_.lives) break;
    life(*this, number);
    mine.since = 0;
    ++lives_done_;
  }
  --working_;
}

// A thread that hangs cannot be ended: the process ends instead.
void Campaign::watch(const std::vector<std::unique_ptr<Post>>& posts) {
  for (const auto& one : posts) {
    const double began = one->since;
    if (began == 0) continue;
    const double took = seconds_now() - began;
    if (took < kHangs || (took < kSleeps && seconds_of(one->clock) - one->used < kHangs)) continue;
    violation(one->number >> kOrdinalBits, one->number & ((1u << kOrdinalBits) - 1),
              fmt::format("a case has not ended in {:.0f} seconds", took));
    finish();
    std::fflush(stdout);
    std::_Exit(1);
  }
}

void Campaign::show(bool last) {
  static double shown = began_;
  const double now = seconds_now();
  const bool terminal = ::isatty(STDOUT_FILENO) != 0;
  if (!terminal && (last || now - shown < kLogEvery)) return;
  shown = now;
  const auto cases = taken_.load();
  fmt::print("{}{}: {} cases of {} lives, {} violations, {:.0f} s, {:.0f} a second{}",
             terminal ? "\r" : "", name_, cases, lives_done_.load(), violations_.load(),
             now - began_, static_cast<double>(cases) / std::max(0.001, now - began_),
             terminal && !last ? "  " : "\n");
  std::fflush(stdout);
}

int Campaign::run(const Life& life) {
  test::catch_interrupts();
  began_ = seconds_now();
  const unsigned jobs =
      plan_.jobs != 0 ? plan_.jobs : std::max(1u, std::thread::hardware_concurrency());
  working_ = jobs;
  bool interrupted = false;
  std::vector<std::unique_ptr<Post>> posts;
  posts.reserve(jobs);
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < jobs; ++i) {
      Post& post = *posts.emplace_back(std::make_unique<Post>());
      threads.emplace_back([this, &life, &post] { work(life, post); });
    }
    try {
      while (!test::poll_until([&] { return working_ == 0; }, kShowEvery)) {
        show(false);
        watch(posts);
      }
    } catch (const test::Interrupted&) {
      interrupted = true;
      stop_ = true;
    }
  }
  show(true);
  const int code = finish();
  return interrupted ? 130 : code;
}

int Campaign::finish() {
  const double took = seconds_now() - began_;
  fmt::print("{}: seed {}, {} lives, {:.1f} s\n", name_, plan_.seed, lives_done_.load(), took);
  for (const auto& [figure, count] : figures_) fmt::print("  {:<44} {}\n", figure, count);
  if (!first_violation_.empty()) fmt::print("violation: {}", first_violation_);
  fmt::print("{}: cases={} violations={}\n", name_, taken_.load(), violations_.load());
  return violations_ == 0 ? 0 : 1;
}

int campaign_main(const std::function<int()>& body, std::string_view name) {
  try {
    return body();
  } catch (const test::Failure& failure) {
    fmt::print(stderr, "{}: {}\n", name, failure.what());
    if (!failure.hint().empty()) fmt::print(stderr, "Try: {}\n", failure.hint());
    return 2;
  }
}

}  // namespace vitalgate::proof
