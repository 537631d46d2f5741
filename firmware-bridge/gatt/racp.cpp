#include "firmware-bridge/gatt/racp.h"

#include <utility>

namespace vitalgate::bridge::gatt {
namespace {

constexpr std::uint8_t kReport = 1, kDelete = 2, kAbort = 3, kCount = 4;
constexpr std::uint8_t kNull = 0, kAll = 1, kGreaterOrEqual = 3;
constexpr std::uint8_t kBySequence = 1;

std::vector<std::byte> command(std::initializer_list<unsigned> bytes) {
  std::vector<std::byte> out;
  for (const unsigned byte : bytes) out.push_back(static_cast<std::byte>(byte));
  return out;
}

bool is(const RacpIndication& indication, RacpResponse response) {
  return indication.response_code == static_cast<std::uint8_t>(response);
}

std::string refusal(std::uint8_t code) {
  std::string reason = "the sensor answered with code ";
  return reason.append(std::to_string(code));
}

}  // namespace

Result<std::vector<std::byte>> RacpProcedure::start(std::vector<std::byte> bytes,
                                                    Clock::time_point now) {
  if (is_running()) return Error{Errc::unavailable, "another procedure runs", {}};
  state_ = State::running;
  request_ = std::to_integer<std::uint8_t>(bytes.front());
  wanted_abort_ = completed_ = false;
  records_ = 0;
  deadline_ = now + kSilenceMax;
  return bytes;
}

Result<std::vector<std::byte>> RacpProcedure::report_all(Clock::time_point now) {
  return start(command({kReport, kAll}), now);
}

Result<std::vector<std::byte>> RacpProcedure::report_since(std::uint16_t first,
                                                           Clock::time_point now) {
  return start(
      command({kReport, kGreaterOrEqual, kBySequence, first & 0xFFU, unsigned{first} >> 8U}), now);
}

Result<std::vector<std::byte>> RacpProcedure::count_all(Clock::time_point now) {
  return start(command({kCount, kAll}), now);
}

Result<std::vector<std::byte>> RacpProcedure::delete_all(Clock::time_point now) {
  if (deletion_ == Deletion::forbidden)
    return Error{Errc::rejected, "records of a sensor are not deleted", {}};
  return start(command({kDelete, kAll}), now);
}

Result<std::vector<std::byte>> RacpProcedure::abort(Clock::time_point now) {
  if (state_ != State::running) return Error{Errc::unavailable, "no procedure to abort", {}};
  state_ = State::aborting;
  wanted_abort_ = true;
  deadline_ = now + kSilenceMax;
  return command({kAbort, kNull});
}

RacpStep RacpProcedure::end(RacpStep::What what, std::string reason) {
  state_ = State::idle;
  RacpStep step;
  step.what = what;
  step.records = records_;
  step.reason = std::move(reason);
  return step;
}

RacpStep RacpProcedure::indicated(std::span<const std::byte> value, Clock::time_point now) {
  if (!is_running()) return {};
  const auto indication = parse_racp_indication(value);
  if (!indication) return {};
  if (indication->is_number()) {
    if (state_ != State::running || request_ != kCount) return {};
    records_ = indication->number_of_records;
    return end(RacpStep::What::done, {});
  }
  deadline_ = now + kSilenceMax;
  return answered(*indication);
}

RacpStep RacpProcedure::answered(const RacpIndication& indication) {
  const bool well =
      is(indication, RacpResponse::success) || is(indication, RacpResponse::no_records_found);
  if (state_ == State::running) {
    if (indication.request_op_code != request_) return {};
    if (well) return end(RacpStep::What::done, {});
    return end(RacpStep::What::failed, refusal(indication.response_code));
  }
  if (indication.request_op_code == request_) {
    // It came to its end before the abort reached it.
    completed_ = completed_ || well;
    return {};
  }
  if (indication.request_op_code != kAbort) return {};
  if (completed_ || (wanted_abort_ && is(indication, RacpResponse::success)))
    return end(RacpStep::What::done, {});
  if (is(indication, RacpResponse::success))
    return end(RacpStep::What::failed, "no record for 30 s: aborted");
  return end(RacpStep::What::failed, refusal(indication.response_code));
}

void RacpProcedure::notified(Clock::time_point now) {
  if (!is_running()) return;
  ++records_;
  // What still comes after an abort does not put its answer off for ever.
  if (state_ == State::running) deadline_ = now + kSilenceMax;
}

RacpStep RacpProcedure::at(Clock::time_point now) {
  if (!is_running() || now < deadline_) return {};
  if (state_ == State::aborting) {
    if (completed_) return end(RacpStep::What::done, {});
    return end(RacpStep::What::failed, "the sensor does not answer");
  }
  state_ = State::aborting;
  deadline_ = now + kSilenceMax;
  RacpStep step;
  step.what = RacpStep::What::write;
  step.bytes = command({kAbort, kNull});
  return step;
}

std::optional<Clock::time_point> RacpProcedure::deadline() const {
  if (!is_running()) return std::nullopt;
  return deadline_;
}

void RacpProcedure::disconnected() { state_ = State::idle; }

}  // namespace vitalgate::bridge::gatt
