// Readings of an HL7 v2 message that reports observations.
//
// A value whose code and unit the catalogue knows becomes its metric; anything else is an
// `observation` under its own code. A number without a unit that we know is kept as text with its
// unit behind it: nothing is lost and nothing is invented. Readings of one order (OBR) are a
// group. Patient identity is in no reading and in no Arrival's bytes, which hold the OBX fields 1
// to 6 of the readings and nothing else. Pure; any thread.
#pragma once

#include <vector>

#include "agent/core/reading.h"
#include "firmware-bridge/feed/hl7_observation.h"

namespace vitalgate::bridge::hl7 {

// With at most limits::kReadingsPerArrivalMax readings each, urgent: the sender forgets once told.
// Device, time of receipt and ticket are left to the source.
std::vector<Arrival> arrivals(const Message& message, const Observations& observations);

}  // namespace vitalgate::bridge::hl7
