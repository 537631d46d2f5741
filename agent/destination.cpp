#include "agent/destination.h"

#include <charconv>

#include "agent/core/limits.h"
#include "agent/core/log.h"

namespace vitalgate {
namespace {

// The sequence of `clinic-042.vitals-k7p3q9x2ab.000000093471` when it belongs to `prefix`; else 0.
sync::Sequence sequence_of(std::string_view reading_id, std::string_view prefix) {
  if (!reading_id.starts_with(prefix)) return 0;
  reading_id.remove_prefix(prefix.size());
  sync::Sequence sequence = 0;
  const auto [end, code] =
      std::from_chars(reading_id.data(), reading_id.data() + reading_id.size(), sequence);
  const bool whole = code == std::errc() && end == reading_id.data() + reading_id.size();
  return whole && sequence <= limits::kSequenceMax ? sequence : 0;
}

}  // namespace

Destination::Destination(std::size_t number, const config::DestinationSettings& settings,
                         sync::Uplink& uplink, sync::Buffer& buffer, std::string gateway)
    : number_(number),
      name_(settings.name),
      gateway_(std::move(gateway)),
      uplink_(uplink),
      buffer_(buffer),
      delivery_({.window = settings.window,
                 .answer_timeout = settings.answer_timeout,
                 .acknowledge = settings.acknowledge}) {}

void Destination::warn(std::string_view event, const std::string& what) {
  log::warning(event, what, {{"destination", name_}});
}

Result<> Destination::on(const sync::LinkUp& up) {
  generation_ = up.generation;
  tried_ = true;
  detail_ = up.detail;
  hint_.clear();
  trouble_.clear();
  delivery_.link_up(up.window);
  log::info("uplink.connected", up.detail, {{"destination", name_}, {"window", up.window}});
  return {};
}

Result<> Destination::on(const sync::LinkDown& down) {
  const bool news = is_up() || !tried_ || detail_ != down.what;
  tried_ = true;
  detail_ = down.what;
  hint_ = down.hint;
  delivery_.link_down();
  if (news)
    log::warning("uplink.disconnected", down.what, {{"destination", name_}, {"hint", down.hint}});
  return {};
}

Result<> Destination::on(const sync::TransportTook& took) {
  const auto range = delivery_.sent(took.key);
  return range ? confirm(took.key.stream(), *range) : Result<>();
}

Result<> Destination::on(const sync::TransportRefused& refused) {
  trouble_ = "the broker refuses batches: " + refused.what;
  trouble_hint_ =
      "ask the hub's operator whether this gateway may publish below vitalgate/v1/" + gateway_;
  warn("uplink.refused", trouble_);
  return {};
}

Result<> Destination::on(const sync::HubAnswer& answer) {
  const auto stream = buffer_.find_stream(answer.stream_id);
  if (!stream) {
    // True, but of a store that is not here.
    log::debug("uplink.answer_ignored", "the answer is for another stream",
               {{"destination", name_}, {"stream_id", answer.stream_id}});
    return {};
  }
  for (const sync::Refusal& refusal : answer.rejected)
    VG_TRY(refuse(*stream, answer.stream_id, refusal));
  for (const sync::Range& range : answer.stored) VG_TRY(confirm(*stream, range));
  for (const sync::Range& range : delivery_.answered(*stream)) VG_TRY(confirm(*stream, range));
  return {};
}

Result<> Destination::on(const Error& unreadable_answer) {
  trouble_ = unreadable_answer.what;
  trouble_hint_ = unreadable_answer.hint;
  warn("uplink.answer_refused", unreadable_answer.what);
  return {};
}

Result<> Destination::confirm(sync::StreamRef stream, sync::Range range) {
  for (const sync::BatchInfo& batch : VG_TRY(buffer_.confirm(number_, stream, range))) {
    delivery_.confirmed(batch.key);
    if (!batch.tombstone) confirmed_ += batch.range.count();
    last_confirmed_ = Clock::now();
    trouble_.clear();
  }
  return {};
}

Result<> Destination::refuse(sync::StreamRef stream, std::string_view stream_id,
                             const sync::Refusal& refusal) {
  const std::string prefix = std::string(gateway_).append(".").append(stream_id).append(".");
  const sync::Sequence sequence = sequence_of(refusal.reading_id, prefix);
  if (sequence == 0) return {};
  const bool held = VG_TRY(
      buffer_.reject(number_, stream, sequence, refusal.code + ": " + refusal.detail, wall_now()));
  if (!held) return {};
  warn("reading.refused", "the hub refused a reading; it is kept in quarantine");
  return confirm(stream, {sequence, sequence});
}

Result<> Destination::refill() {
  for (const sync::StreamRef stream : buffer_.streams())
    if (const auto wanted = delivery_.wants(stream))
      delivery_.refill(stream, *wanted,
                       VG_TRY(buffer_.unconfirmed(number_, stream, wanted->after, wanted->limit)));
  return {};
}

Result<> Destination::pump(Clock::time_point now) {
  if (const std::size_t expired = delivery_.expire(now); expired > 0) {
    trouble_ = "the hub does not confirm what it is sent";
    trouble_hint_ = "check that the receiver runs and is subscribed to vitalgate/v1/" + gateway_ +
                    "/#, and that it may publish to .../ack";
    log::warning("batch.unanswered", "no confirmation in time; sending again",
                 {{"destination", name_}, {"batches", expired}});
  }
  VG_TRY(refill());
  while (const auto send = delivery_.next(now)) {
    auto body = buffer_.read(send->batch);
    if (body) {
      uplink_.send({generation_, *std::move(body), send->attempt});
    } else if (body.error().code == Errc::rejected) {
      forget(send->batch.key);  // given up for room since it was queued
    } else {
      delivery_.not_sent(send->batch.key);
      return body.error();
    }
  }
  return {};
}

bool Destination::is_draining() const {
  const sync::DeliveryCounts counts = delivery_.counts();
  return is_up() && (counts.queued + counts.in_flight > 0 || counts.more);
}

DestinationStatus Destination::status() const {
  const sync::DeliveryCounts counts = delivery_.counts();
  const bool troubled = is_up() && !trouble_.empty();
  return {.name = name_,
          .state = is_up()  ? "connected"
                   : tried_ ? "down"
                            : "connecting",
          .detail = troubled ? trouble_ : detail_,
          .hint = troubled ? trouble_hint_ : hint_,
          .in_flight = counts.in_flight,
          .waiting = counts.queued + counts.in_flight,
          .more_waiting = counts.more,
          .confirmed = confirmed_,
          .repeated = counts.repeated,
          .last_confirmed = last_confirmed_};
}

}  // namespace vitalgate
