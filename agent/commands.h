// Commands: what people ask of the buffer, on the core thread, between its other work.
//
// One at a time; whoever comes meanwhile is told what runs. A client that goes away ends an export;
// everything else goes on to its end. Not thread-safe apart from the mailboxes.
#pragma once

#include <memory>
#include <optional>

#include "agent/buffer_job.h"
#include "agent/mailbox.h"

namespace vitalgate {

// A client's request, on its way to the core.
struct CommandRequest {
  BufferCommand command;
  std::shared_ptr<Mailbox> reply;
};

class Commands {
 public:
  // Both references outlive this.
  Commands(sync::Buffer& buffer, const config::Settings& settings)
      : buffer_(buffer), settings_(settings) {}

  // Begins it, or says why not. `trouble`: what is wrong with the store just now; empty: nothing.
  void on(const CommandRequest& request, Clock::time_point now, std::string_view trouble);

  // A bounded piece of what runs. What it did to the store; an error when that is in no known
  // state and the process must end.
  enum class Outcome : std::uint8_t {
    nothing,
    changed,  // what waits is not what it was: destinations must be loaded anew
    erased,   // the store is gone: the process must end, well
  };
  Result<Outcome> step(Clock::time_point now);

  // When the next piece may be done; nothing while nothing runs.
  [[nodiscard]] std::optional<Clock::time_point> wake_at(Clock::time_point now) const;

  // Ends what runs, with this as its reason.
  void end(const Error& why);

 private:
  void drop_if_abandoned();
  void finish(Clock::time_point now);

  sync::Buffer& buffer_;
  const config::Settings& settings_;
  std::optional<BufferJob> job_;
  std::shared_ptr<Mailbox> reply_;
  Clock::time_point began_{};
};

}  // namespace vitalgate
