// MllpSource: HL7 v2 messages that devices and their servers send to this gateway over MLLP.
//
// Waits for connections at `device.listen`, on the loopback or on a named interface only, and
// takes ORU messages. A message is answered with AA when its readings are durable, and not before;
// one without readings at once; a broken one with AE, one of another kind with AR. No answer names
// a patient. A message that is sent again because its answer was lost gets the answer and is not
// taken twice; the last message of a sender is known even after the agent was started anew.
//
// At most limits::kOutstandingArrivalsMax arrivals are out and not durable: then nobody is read.
// At most limits::kFeedClientsMax connections; one that is silent for limits::kFeedIdleMax is
// closed. Tickets count up from 1. States are reported when they change, counts at most once a
// second: frames are messages, bad frames broken messages.
#pragma once

#include <poll.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include "agent/core/backoff.h"
#include "agent/core/clock.h"
#include "config/settings.h"
#include "firmware-bridge/durable_bell.h"
#include "firmware-bridge/feed/hl7_answer.h"
#include "firmware-bridge/feed/listener.h"
#include "firmware-bridge/feed/mllp_client.h"
#include "firmware-bridge/feed/taken_messages.h"
#include "firmware-bridge/source.h"
#include "firmware-bridge/source_reports.h"

namespace vitalgate::bridge {

class MllpSource : public Source {
 public:
  // `index`: position in settings.devices. `marks`: what it left when it ran last.
  MllpSource(std::size_t index, const config::DeviceSettings& device,
             std::span<const SourceMark> marks = {});

  void run(std::stop_token stop, const Emit& emit, const std::function<void()>& alive) override;
  void durable(std::uint64_t ticket) override { bell_.durable(ticket); }

 private:
  // These return false once the source must stop.
  bool step(const Emit& emit);
  bool tend_listener(const Emit& emit);
  bool hand_over(const Emit& emit);

  void exchange();  // waits, then accepts, reads, takes and answers
  void accept_from(int listener);
  bool make_room();
  bool serve(MllpClient& client, short seen);  // false: the connection is over
  bool take_messages();
  void take(MllpClient& client, const MllpClient::Heard& heard);
  std::uint64_t queue(std::vector<Arrival> arrivals, Stamp received);
  std::string framed_answer(const hl7::Header* header, hl7::Verdict verdict, std::string_view text);
  std::list<MllpClient>::iterator close(std::list<MllpClient>::iterator client);
  [[nodiscard]] bool full() const;
  [[nodiscard]] SourceCounts counts() const;

  const std::size_t index_;
  const std::string device_;
  const std::string listen_;
  const std::string id_prefix_;  // of our own control ids, another with each start
  DurableBell bell_;

  // The rest belongs to the thread in run().
  SourceReports reports_;
  std::optional<Listener> listener_;
  Backoff backoff_;
  Clock::time_point tend_at_{};    // look after the listener, not before
  Clock::time_point accept_at_{};  // not before
  std::list<MllpClient> clients_;
  std::vector<pollfd> watched_;  // bell, listeners, clients
  std::deque<Arrival> waiting_;  // of one message, not handed over
  TakenMessages taken_;
  std::uint64_t last_ticket_ = 0;
  std::uint64_t answers_ = 0;
  std::uint64_t broken_messages_ = 0;
  SourceCounts closed_;  // of connections that are gone
};

}  // namespace vitalgate::bridge
