#include "tests/demo/screen.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace vitalgate::demo {
namespace {

constexpr std::size_t kColumns = 80;
constexpr auto kCountsEvery = std::chrono::seconds(3);
constexpr auto kReset = "\x1b[0m";

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

bool has_terminal() {
  const char* kind = std::getenv("TERM");
  return isatty(STDOUT_FILENO) != 0 && kind != nullptr && std::string_view(kind) != "dumb";
}

std::string clip(std::string line) {
  while (line.ends_with(' ')) line.pop_back();
  if (line.size() > kColumns) line = line.substr(0, kColumns - 1) + "~";
  return line;
}

std::string ago(const std::optional<double>& seconds) {
  return seconds ? fmt::format("{:.1f} s", *seconds) : "-";
}

std::string waiting_text(const test::Status& status) {
  if (status.waiting == 0) return "0";
  return fmt::format("{}, the oldest for {}", grouped(status.waiting),
                     ago(status.oldest_waiting_s));
}

}  // namespace

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

Screen::Screen(bool plain)
    : redraws_(!plain && has_terminal()), colours_(redraws_ && !is_set("NO_COLOR")) {}

std::string Screen::clock() const {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - began_).count();
  return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
}

std::string Screen::paint(const std::string& state) const {
  const std::string padded = fmt::format("{:<12}", state);
  if (!colours_) return padded;
  const bool good = state == "connected" || state.starts_with("running");
  const bool soft = state == "connecting" || state == "silent" || state == "waiting";
  return (good ? "\x1b[32m" : soft ? "\x1b[33m" : "\x1b[31m") + padded + kReset;
}

void Screen::say(const std::string& line) {
  erase();
  fmt::print("{}\n", clip(clock() + "  " + line));
  if (redraws_) draw(std::exchange(shown_, {}));
  std::fflush(stdout);
}

void Screen::show(const Moment& moment) {
  if (!redraws_) return report_changes(moment);
  erase();
  draw(compose(moment));
  std::fflush(stdout);
}

void Screen::finish() {
  shown_.clear();
  fmt::print("\n");
}

void Screen::draw(const std::vector<std::string>& block) {
  for (const std::string& line : block) fmt::print("{}\n", line);
  shown_ = block;
}

void Screen::erase() {
  if (!shown_.empty()) fmt::print("\x1b[{}F\x1b[J", shown_.size());
}

std::vector<std::string> Screen::compose(const Moment& moment) const {
  std::vector<std::string> block{std::string(kColumns - 1, '-'),
                                 clip(fmt::format("{:<70}{:>9}", moment.act, clock()))};
  block.push_back(fmt::format("{:<14} {:<12} {:<12} {:>8} {:>10} {:>8}  {:>8}", "DEVICE", "DRIVER",
                              "STATE", "PER MIN", "RECEIVED", "HELD", "LAST"));
  if (moment.status) {
    for (const auto& each : moment.status->devices) {
      block.push_back(fmt::format("{:<14} {:<12} {} {:>8.0f} {:>10} {:>8}  {:>8}", each.id,
                                  each.driver, paint(each.state), each.per_minute,
                                  grouped(each.received), each.quarantined, ago(each.last_s)));
    }
  }
  block.push_back(fmt::format("agent      {}", paint(moment.agent)));
  block.push_back(fmt::format("broker     {}", paint(moment.broker)));
  if (moment.status) {
    const auto& hub = moment.status->destination();
    block.push_back(clip(fmt::format("uplink     {} {}", hub.state, hub.detail)));
    block.push_back(clip("waiting    " + waiting_text(*moment.status)));
  }
  block.push_back(fmt::format("receiver   {} stored, {} missing, {} broken rules",
                              grouped(moment.verdict.received), moment.verdict.missing,
                              moment.verdict.violations));
  return block;
}

void Screen::report_changes(const Moment& moment) {
  const auto changed = [this](const std::string& what, const std::string& state,
                              const std::string& detail = {}) {
    std::string& known = known_[what];
    if (known == state) return;
    known = state;
    say(fmt::format("{:<14} {:<12} {}", what, state, detail));
  };
  if (!moment.status) return;
  for (const auto& each : moment.status->devices) changed(each.id, each.state, each.driver);
  const auto& hub = moment.status->destination();
  changed("uplink", hub.state, hub.detail);
  if (Clock::now() - counted_ < kCountsEvery) return;
  counted_ = Clock::now();
  changed("waiting", waiting_text(*moment.status));
  changed("receiver", grouped(moment.verdict.received) + " stored");
}

}  // namespace vitalgate::demo
