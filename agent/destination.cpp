#include "agent/destination.h"

#include <charconv>

#include "agent/core/limits.h"
#include "agent/core/log.h"

namespace vitalgate {
namespace {

constexpr auto kDaysInterval = std::chrono::hours(1);

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

sync::DeliveryLimits limits_of(const config::DestinationSettings& settings, std::uint64_t seed) {
  return {.window = settings.window,
          .window_bytes = settings.window_bytes,
          .answer_timeout = settings.answer_timeout,
          .acknowledge = settings.acknowledge,
          .backlog_order = settings.backlog_order,
          .backlog_share_percent = settings.backlog_share_percent,
          .backlog_rate = settings.backlog_rate,
          .retry_max = settings.retry_max,
          .seed = seed};
}

}  // namespace

Destination::Destination(std::size_t number, const config::DestinationSettings& settings,
                         sync::Uplink& uplink, sync::Buffer& buffer, std::string gateway,
                         std::uint64_t seed)
    : number_(number),
      name_(settings.name),
      gateway_(std::move(gateway)),
      required_(settings.required),
      files_(sync::files_of(settings)),
      uplink_(uplink),
      buffer_(buffer),
      delivery_(limits_of(settings, seed)) {}

void Destination::add(const sync::BatchInfo& batch) {
  if ((batch.missing_at >> number_ & 1) != 0) delivery_.add(batch);
}

void Destination::warn(std::string_view event, const std::string& what) {
  log::warning(event, what, {{"destination", name_}});
}

Result<> Destination::on(const sync::LinkUp& up, Clock::time_point /*now*/) {
  generation_ = up.generation;
  tried_ = true;
  detail_ = up.detail;
  hint_.clear();
  trouble_.clear();
  delivery_.link_up(up.window);
  log::info("uplink.connected", up.detail, {{"destination", name_}, {"window", up.window}});
  return {};
}

Result<> Destination::on(const sync::LinkDown& down, Clock::time_point /*now*/) {
  const bool news = is_up() || !tried_ || detail_ != down.what;
  tried_ = true;
  detail_ = down.what;
  hint_ = down.hint;
  delivery_.link_down();
  if (news)
    log::warning("uplink.disconnected", down.what, {{"destination", name_}, {"hint", down.hint}});
  return {};
}

Result<> Destination::on(const sync::TransportTook& took, Clock::time_point now) {
  const auto range = delivery_.sent(took.key, now);
  if (range) VG_TRY(confirm(took.key.stream(), *range, now));
  say_pause();
  return {};
}

Result<> Destination::on(const sync::TransportRefused& refused, Clock::time_point now) {
  const std::string hint = !refused.hint.empty()
                               ? refused.hint
                               : "ask the hub's operator whether this gateway may publish below "
                                 "vitalgate/v1/" +
                                     gateway_;
  switch (refused.problem) {
    case sync::BatchProblem::busy:
      delivery_.busy(refused.key, now, refused.retry_after, refused.what, refused.hint);
      break;
    case sync::BatchProblem::unauthorised:
      delivery_.locked(refused.key, now, refused.what, hint);
      break;
    case sync::BatchProblem::content:
      VG_TRY(refuse_content(refused, now));
      break;
  }
  say_pause();
  return {};
}

Result<> Destination::refuse_content(const sync::TransportRefused& refused, Clock::time_point now) {
  if (delivery_.can_split(refused.key)) {
    const auto first = VG_TRY(buffer_.reserve_batches(refused.key.stream(), 2));
    delivery_.split(refused.key, first);
    warn("batch.split", "the hub refuses a batch; it is sent in parts: " + refused.what);
    return {};
  }
  const auto alone = delivery_.refused_alone(refused.key, now, refused.what);
  return alone ? deal_with(*alone, refused.what, now) : Result<>();
}

// Nothing else than its own content can be at fault.
Result<> Destination::deal_with(const sync::BatchInfo& refused_alone, const std::string& what,
                                Clock::time_point now) {
  const sync::StreamRef stream = refused_alone.key.stream();
  if (refused_alone.tombstone) {
    warn("batch.refused", "the hub refuses to be told of readings that are lost: " + what);
    return confirm(stream, refused_alone.range, now);
  }
  if (VG_TRY(buffer_.reject(number_, stream, refused_alone.range.first, what, wall_now())))
    warn("reading.refused", "the hub refused a reading; it is kept in quarantine");
  return confirm(stream, refused_alone.range, now);
}

// Once when it begins or changes its reason, once when it ends.
void Destination::say_pause() {
  const sync::Pause& pause = delivery_.pause();
  if (pause.what() == said_pause_) return;
  said_pause_ = pause.what();
  if (pause.is_open())
    log::info("uplink.resumed", "batches are taken again", {{"destination", name_}});
  else
    log::warning("uplink.paused", pause.what(), {{"destination", name_}, {"hint", pause.hint()}});
}

Result<> Destination::on(const sync::HubAnswer& answer, Clock::time_point now) {
  const auto stream = buffer_.find_stream(answer.stream_id);
  if (!stream) {
    // True, but of a store that is not here.
    log::debug("uplink.answer_ignored", "the answer is for another stream",
               {{"destination", name_}, {"stream_id", answer.stream_id}});
    return {};
  }
  for (const sync::Refusal& refusal : answer.rejected)
    VG_TRY(refuse(*stream, answer.stream_id, refusal, now));
  for (const sync::Range& range : answer.stored) VG_TRY(confirm(*stream, range, now));
  for (const sync::Range& range : delivery_.answered(*stream)) VG_TRY(confirm(*stream, range, now));
  say_pause();
  return {};
}

Result<> Destination::on(const Error& trouble, Clock::time_point /*now*/) {
  trouble_ = trouble.what;
  trouble_hint_ = trouble.hint;
  warn("uplink.trouble", trouble.what);
  return {};
}

Result<> Destination::confirm(sync::StreamRef stream, sync::Range range, Clock::time_point now) {
  const auto complete = VG_TRY(buffer_.confirm(number_, stream, range));
  for (const sync::BatchInfo& piece : delivery_.pieces_over(stream, range))
    if (buffer_.has_confirmed(number_, stream, piece.range)) delivery_.confirmed(piece.key);
  for (const sync::BatchInfo& batch : complete) {
    delivery_.confirmed(batch.key);
    last_confirmed_ = now;
    trouble_.clear();
    if (batch.tombstone) continue;
    confirmed_ += batch.range.count();
    drain_.add(batch.range.count(), now);
  }
  return {};
}

Result<> Destination::refuse(sync::StreamRef stream, std::string_view stream_id,
                             const sync::Refusal& refusal, Clock::time_point now) {
  const std::string prefix = std::string(gateway_).append(".").append(stream_id).append(".");
  const sync::Sequence sequence = sequence_of(refusal.reading_id, prefix);
  if (sequence == 0) return {};
  const bool held = VG_TRY(
      buffer_.reject(number_, stream, sequence, refusal.code + ": " + refusal.detail, wall_now()));
  if (!held) return {};
  warn("reading.refused", "the hub refused a reading; it is kept in quarantine");
  return confirm(stream, {sequence, sequence}, now);
}

Result<> Destination::refill() {
  for (const sync::StreamRef stream : buffer_.streams()) {
    const auto wanted = delivery_.wants(stream);
    if (!wanted) continue;
    const auto batches =
        VG_TRY(wanted->newest_first
                   ? buffer_.unconfirmed_before(number_, stream, wanted->edge, wanted->limit)
                   : buffer_.unconfirmed(number_, stream, wanted->edge, wanted->limit));
    delivery_.refill(stream, *wanted, batches);
  }
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
  while (const auto next = delivery_.next(now)) VG_TRY(send(*next));
  say_pause();
  return {};
}

Result<> Destination::send(const sync::Delivery::Send& send) {
  auto body = send.whole ? buffer_.piece(*send.whole, send.batch) : buffer_.read(send.batch);
  if (body) {
    uplink_.send({generation_, *std::move(body), send.attempt});
    return {};
  }
  if (body.error().code == Errc::rejected) {  // given up for room since it was queued
    delivery_.forget(send.whole ? send.whole->key : send.batch.key);
    return {};
  }
  delivery_.not_sent(send.batch.key);
  return body.error();
}

bool Destination::is_draining() const {
  const sync::DeliveryCounts counts = delivery_.counts();
  return is_up() && delivery_.pause().is_open() &&
         (counts.queued() + counts.in_flight > 0 || counts.more);
}

DestinationStatus Destination::status(Clock::time_point now) {
  if (days_read_ == Clock::time_point() || now - days_read_ >= kDaysInterval) {
    days_read_ = now;
    certificate_days_ = sync::certificate_days(files_, wall_now());
  }
  const sync::DeliveryCounts counts = delivery_.counts();
  const sync::Pause& pause = delivery_.pause();
  DestinationStatus status{.name = name_,
                           .required = required_,
                           .state = is_up()  ? "connected"
                                    : tried_ ? "down"
                                             : "connecting",
                           .detail = detail_,
                           .hint = hint_,
                           .in_flight = counts.in_flight,
                           .waiting = counts.queued() + counts.in_flight,
                           .more_waiting = counts.more,
                           .live = counts.live,
                           .bisected = counts.bisected,
                           .waiting_readings = buffer_.waiting(number_),
                           .per_second = drain_.per_second(now),
                           .confirmed = confirmed_,
                           .repeated = counts.repeated,
                           .certificate_days = certificate_days_,
                           .missed = buffer_.missed(number_),
                           .last_confirmed = last_confirmed_};
  if (status.waiting_readings > 0) status.drain = drain_.time_for(status.waiting_readings, now);
  if (!is_up()) return status;
  if (!pause.is_open()) {
    status.state = "paused";
    status.detail = pause.what();
    status.hint = pause.hint();
    status.next_attempt = pause.until();
  } else if (!trouble_.empty()) {
    status.detail = trouble_;
    status.hint = trouble_hint_;
  }
  return status;
}

}  // namespace vitalgate
