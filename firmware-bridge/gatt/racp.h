// A record access procedure: fetch what a sensor has stored, without losing or deleting any.
//
// Pure: it is told what was indicated, that a record was notified and what time it is (steady),
// and answers with what to write to 2A52. One procedure at a time. Thirty seconds without a word
// from the sensor mean an abort, and thirty more that it is gone. "No records found" is a good
// end. Nothing is ever deleted unless the constructor allows it and it is asked for.
//
// Subscribe to the records and to 2A52 before start(); write with response. Not thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agent/core/clock.h"
#include "agent/core/result.h"
#include "firmware-bridge/gatt/racp_value.h"

namespace vitalgate::bridge::gatt {

// What comes of something that was told to the procedure.
struct RacpStep {
  enum class What : std::uint8_t {
    nothing,  // go on waiting
    write,    // `bytes`, to the control point
    done,     // the procedure is over, and all is well
    failed,   // the procedure is over: `reason`
  };

  What what = What::nothing;
  std::vector<std::byte> bytes;
  std::uint32_t records = 0;  // done: the count that was asked for, or the records that came
  std::string reason;         // a clause for the log, no patient data
};

class RacpProcedure {
 public:
  static constexpr auto kSilenceMax = std::chrono::seconds(30);

  enum class Deletion : bool { forbidden, allowed };

  explicit RacpProcedure(Deletion deletion = Deletion::forbidden) : deletion_(deletion) {}

  // Each gives the bytes to write. Unavailable while another procedure runs; rejected for a
  // deletion that is not allowed.
  Result<std::vector<std::byte>> report_all(Clock::time_point now);
  // `first`: a sequence number, or for a CGM a time offset in minutes.
  Result<std::vector<std::byte>> report_since(std::uint16_t first, Clock::time_point now);
  Result<std::vector<std::byte>> count_all(Clock::time_point now);
  Result<std::vector<std::byte>> delete_all(Clock::time_point now);

  // Ends the procedure that runs, at the wish of the caller. Unavailable when none does.
  Result<std::vector<std::byte>> abort(Clock::time_point now);

  // An indication of 2A52. What is broken or answers another request changes nothing.
  RacpStep indicated(std::span<const std::byte> value, Clock::time_point now);

  // A record (2A18, 2A34, 2AA7, 2A5E ...) came.
  void notified(Clock::time_point now);

  // The time is `now`; call it at deadline() or later.
  RacpStep at(Clock::time_point now);

  // When silence becomes too long. Nothing while no procedure runs.
  [[nodiscard]] std::optional<Clock::time_point> deadline() const;
  [[nodiscard]] bool is_running() const { return state_ != State::idle; }

  // The link went down: the procedure is over without an end.
  void disconnected();

 private:
  enum class State : std::uint8_t { idle, running, aborting };

  Result<std::vector<std::byte>> start(std::vector<std::byte> command, Clock::time_point now);
  RacpStep answered(const RacpIndication& indication);
  RacpStep end(RacpStep::What what, std::string reason);

  Deletion deletion_;
  State state_ = State::idle;
  std::uint8_t request_ = 0;   // op code that runs
  bool wanted_abort_ = false;  // aborting because the caller said so
  bool completed_ = false;     // the request was answered while aborting
  std::uint32_t records_ = 0;
  Clock::time_point deadline_;
};

}  // namespace vitalgate::bridge::gatt
