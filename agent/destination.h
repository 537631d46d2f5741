// One destination as the core thread sees it: its delivery queue, its link, its last answer.
#pragma once

#include <string>
#include <vector>

#include "agent/status.h"
#include "config/settings.h"
#include "sync/delivery.h"
#include "sync/uplink/uplink.h"

namespace vitalgate {

class Destination {
 public:
  // `uplink` and `buffer` outlive this.
  Destination(std::size_t number, const config::DestinationSettings& settings, sync::Uplink& uplink,
              sync::Buffer& buffer, std::string gateway);

  void add(const sync::BatchInfo& batch) { delivery_.add(batch); }
  // The batch was given up: nobody needs it any more.
  void forget(sync::BatchKey batch) { delivery_.confirmed(batch); }
  // What waits in the buffer is not what it was: asked for anew at the next pump().
  void reload() { delivery_.reload(); }

  // What the uplink says. Errors are the buffer's; what an answer would have confirmed is then
  // sent again.
  Result<> on(const sync::LinkUp& up);
  Result<> on(const sync::LinkDown& down);
  Result<> on(const sync::TransportTook& took);
  Result<> on(const sync::TransportRefused& refused);
  Result<> on(const sync::HubAnswer& answer);
  Result<> on(const Error& unreadable_answer);

  // Hands to the uplink what may go now. Errors are the buffer's; nothing is lost by them.
  Result<> pump(Clock::time_point now);
  [[nodiscard]] std::optional<Clock::time_point> deadline() const { return delivery_.deadline(); }

  [[nodiscard]] bool is_up() const { return delivery_.is_up(); }
  // Whether the link is up and something is unconfirmed or waits.
  [[nodiscard]] bool is_draining() const;
  [[nodiscard]] DestinationStatus status() const;

 private:
  Result<> confirm(sync::StreamRef stream, sync::Range range);
  Result<> refuse(sync::StreamRef stream, std::string_view stream_id, const sync::Refusal& refusal);
  Result<> refill();
  void warn(std::string_view event, const std::string& what);

  std::size_t number_;
  std::string name_;
  std::string gateway_;
  sync::Uplink& uplink_;
  sync::Buffer& buffer_;
  sync::Delivery delivery_;
  std::uint64_t generation_ = 0;
  bool tried_ = false;  // a connection attempt has ended, well or not
  std::string detail_ = "connecting";
  std::string hint_;
  std::string trouble_;  // while up: what is wrong all the same
  std::string trouble_hint_;
  std::uint64_t confirmed_ = 0;
  std::optional<Clock::time_point> last_confirmed_;
};

}  // namespace vitalgate
