// A monitor as its serial line sees it: frames, each with the moment it is sent.
//
// Time is the monitor's own and starts at 0; who replays the frames decides how fast it passes.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace vitalgate::clinic {

using Bytes = std::vector<std::uint8_t>;
using Micros = std::chrono::microseconds;

struct Frame {
  Micros due{};
  Bytes bytes;
};

class Monitor {
 public:
  Monitor() = default;
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;
  virtual ~Monitor() = default;

  // What it sends next; due never goes back. Nothing: it has fallen silent for good.
  virtual std::optional<Frame> next() = 0;
};

// What the values of a simulated monitor tell.
enum class Script : std::uint8_t {
  living,   // they wander as a patient's do; sensors come off, artefacts happen
  counter,  // every message says which one it is, see counter.h
};

// The kinds that can be simulated; each is the name of the agent's driver for it.
inline constexpr std::string_view kIvy = "ansar-b";
inline constexpr std::string_view kNoninDf2 = "nonin-df2";
inline constexpr std::string_view kNoninDf7 = "nonin-df7";
inline constexpr std::string_view kNoninDf8 = "nonin-df8";
inline constexpr std::string_view kNoninAscii = "nonin-ascii";

std::unique_ptr<Monitor> make_monitor(std::string_view kind, std::uint64_t seed, Script script);

}  // namespace vitalgate::clinic
