#include "tests/simulation/stage.h"

#include <fmt/format.h>

namespace vitalgate::simulation {

Stage::Stage(const proof::RamDisk& disk, Show show)
    : disk_(disk),
      show_(std::move(show)),
      clocks_{kBegin, {*parse_rfc3339("2026-03-02T06:00:00.000Z"), kBegin.time_since_epoch()}} {
  set_virtual_time(&clocks_);
}

Stage::~Stage() { set_virtual_time(nullptr); }

void Stage::after(Clock::duration delay, Task task) {
  tasks_.emplace(clocks_.steady + delay, std::move(task));
}

std::optional<Time> Stage::next() const {
  if (tasks_.empty()) return std::nullopt;
  return tasks_.begin()->first;
}

void Stage::advance(Time when) {
  // Both clocks in whole milliseconds: the wall clock has no finer ones.
  const auto step = std::chrono::ceil<std::chrono::milliseconds>(when - clocks_.steady);
  if (step.count() > 0) {
    clocks_.steady += step;
    clocks_.stamp.boot += step;
    clocks_.stamp.wall += step;
  }
  while (!tasks_.empty() && tasks_.begin()->first <= clocks_.steady) {
    const Task task = std::move(tasks_.extract(tasks_.begin()).mapped());
    task();
  }
}

void Stage::set_running(bool running) {
  running_ = running;
  inbox_.clear();
  effects_.clear();
}

void Stage::broken(std::string what) {
  if (violation_) return;
  say("BROKEN: " + what);
  violation_ = std::move(what);
}

void Stage::say(const std::string& what) const {
  if (!show_.events) return;
  const auto ms = duration_cast<std::chrono::milliseconds>(age()).count();
  fmt::print("day {} {:02}:{:02}:{:02}.{:03}  {}\n", ms / 86'400'000, ms / 3'600'000 % 24,
             ms / 60'000 % 60, ms / 1000 % 60, ms % 1000, what);
}

void Stage::say_of(std::string_view stream, sync::Range range, std::string_view what) const {
  if (show_.sequence < range.first || show_.sequence > range.last || show_.stream != stream) return;
  say(fmt::format("{} {}-{}: {}", stream, range.first, range.last, what));
}

}  // namespace vitalgate::simulation
