// One destination as the core thread sees it: its delivery queue, its link, its last answer.
#pragma once

#include <string>
#include <vector>

#include "agent/status.h"
#include "config/settings.h"
#include "sync/delivery/delivery.h"
#include "sync/delivery/drain_rate.h"
#include "sync/tls/certificate.h"
#include "sync/uplink/uplink.h"

namespace vitalgate {

class Destination {
 public:
  // `uplink` and `buffer` outlive this. `seed`: of the waits.
  Destination(std::size_t number, const config::DestinationSettings& settings, sync::Uplink& uplink,
              sync::Buffer& buffer, std::string gateway, std::uint64_t seed);

  // A batch that was sealed just now, or a tombstone: only if this destination lacks it.
  void add(const sync::BatchInfo& batch);
  // The batch was given up: nobody needs it any more.
  void forget(sync::BatchKey batch) { delivery_.forget(batch); }
  // What waits in the buffer is not what it was: asked for anew at the next pump().
  void reload() { delivery_.reload(); }

  // What the uplink says. Errors are the buffer's; what an answer would have confirmed is then
  // sent again.
  Result<> on(const sync::LinkUp& up, Clock::time_point now);
  Result<> on(const sync::LinkDown& down, Clock::time_point now);
  Result<> on(const sync::TransportTook& took, Clock::time_point now);
  Result<> on(const sync::TransportRefused& refused, Clock::time_point now);
  Result<> on(const sync::HubAnswer& answer, Clock::time_point now);
  Result<> on(const Error& trouble, Clock::time_point now);

  // Hands to the uplink what may go now. Errors are the buffer's; nothing is lost by them.
  Result<> pump(Clock::time_point now);
  [[nodiscard]] std::optional<Clock::time_point> deadline() const { return delivery_.deadline(); }

  [[nodiscard]] bool is_up() const { return delivery_.is_up(); }
  // Whether the link is up, batches are taken, and something is unconfirmed or waits.
  [[nodiscard]] bool is_draining() const;
  // Looks at its certificate files once an hour.
  [[nodiscard]] DestinationStatus status(Clock::time_point now);

 private:
  Result<> confirm(sync::StreamRef stream, sync::Range range, Clock::time_point now);
  Result<> refuse(sync::StreamRef stream, std::string_view stream_id, const sync::Refusal& refusal,
                  Clock::time_point now);
  Result<> refuse_content(const sync::TransportRefused& refused, Clock::time_point now);
  Result<> deal_with(const sync::BatchInfo& refused_alone, const std::string& what,
                     Clock::time_point now);
  Result<> refill();
  Result<> send(const sync::Delivery::Send& send);
  void warn(std::string_view event, const std::string& what);
  void say_pause();

  std::size_t number_;
  std::string name_;
  std::string gateway_;
  bool required_;
  sync::TlsFiles files_;
  sync::Uplink& uplink_;
  sync::Buffer& buffer_;
  sync::Delivery delivery_;
  sync::DrainRate drain_;
  std::uint64_t generation_ = 0;
  bool tried_ = false;  // a connection attempt has ended, well or not
  std::string detail_ = "connecting";
  std::string hint_;
  std::string trouble_;  // while up: what is wrong all the same
  std::string trouble_hint_;
  std::string said_pause_;  // in the log
  std::optional<int> certificate_days_;
  Clock::time_point days_read_{};
  std::uint64_t confirmed_ = 0;
  std::optional<Clock::time_point> last_confirmed_;
};

}  // namespace vitalgate
