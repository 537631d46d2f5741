// Intake: what a device said becomes rows of a stream, or is held back with a reason.
//
// The verbs admit and append of the data path. Nothing here is durable: that is the commit's.
#pragma once

#include "agent/admission.h"
#include "agent/tail.h"
#include "sync/buffer/buffer.h"

namespace vitalgate {

class Intake {
 public:
  Intake(const config::Settings& settings, sync::Buffer& buffer, Tail& tail)
      : admission_(settings), buffer_(buffer), tail_(tail) {}

  struct Counts {
    std::size_t accepted = 0;
    std::size_t held = 0;
    std::uint8_t lanes = 0;  // a bit each: where the accepted ones went
  };
  Counts take(const Arrival& arrival, Clock::time_point now);

 private:
  void hold(const Arrival& arrival, const Judgement& judgement);
  void keep(const Arrival& arrival);

  Admission admission_;
  sync::Buffer& buffer_;
  Tail& tail_;
};

}  // namespace vitalgate
