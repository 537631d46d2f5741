// What becomes of one HL7 v2 message: its readings, and the answer that is due once they are
// durable. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/reading.h"
#include "firmware-bridge/feed/hl7_answer.h"

namespace vitalgate::bridge::hl7 {

struct Intake {
  std::vector<Arrival> arrivals;
  Verdict verdict = Verdict::accepted;
  std::string text;  // MSA-3: a clause of ours, no patient data
};

// `message` is whole; an ORU of any trigger event is taken, everything else rejected.
Intake take(std::string_view message);

}  // namespace vitalgate::bridge::hl7
