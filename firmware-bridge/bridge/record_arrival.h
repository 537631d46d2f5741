// What a bridge's records mean upstream: one Arrival each, without ticket and mark.
//
// A GATT value becomes the readings of its characteristic, under the id of the sensor on its
// channel. What cannot be understood is not passed over: it becomes one reading under the bridge's
// own id that says so, with the bytes. A sensor that comes or goes is a text.
//
// What a sensor said before (a CGM's session start, a thermometer's site) places what it says
// later; it is kept in Contexts, by channel, until another sensor is attached there. One thread.
#pragma once

#include <map>
#include <span>
#include <string>

#include "agent/core/reading.h"
#include "config/settings.h"
#include "firmware-bridge/gatt/characteristic.h"
#include "firmware-bridge/wire/message.h"

namespace vitalgate::bridge::wire {

using Contexts = std::map<std::uint8_t, gatt::Context>;  // of configured channels

// The sensors of one bridge, and what they said before.
struct Origin {
  std::string bridge;
  std::span<const config::SensorSettings> sensors;
  Contexts& contexts;
};

// `measured`: when, on the gateway's clock; nothing when the bridge's clock then is not known.
Arrival to_arrival(const Record& record, const Origin& origin, Stamp received,
                   std::optional<WallTime> measured);

// How many records will never come, and which: "17-42". Both readings are one group.
Arrival lost_arrival(std::uint64_t first, std::uint64_t last, const Origin& origin, Stamp received);

}  // namespace vitalgate::bridge::wire
