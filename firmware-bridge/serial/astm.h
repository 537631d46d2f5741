// The driver of laboratory analysers and meters that speak ASTM: E1381 (LIS01-A2) frames with
// E1394 (LIS02-A2) records.
//
// The device speaks first and waits for an answer to everything it sends:
//   ENQ                                   ACK; text before an ENQ is not for us
//   a frame without results               ACK at once
//   a frame that completes results        ACK when they are durable
//   a broken frame, a frame out of order  NAK: the device sends it again
//   a frame that comes a second time      as the first time, and nothing is taken twice
//   EOT                                   no answer
//
// A record is complete at its CR, or with a frame ended by ETX; a record longer than
// limits::kFrameBytesMax is refused with NAK. A message that a device breaks off and sends again
// from its beginning gives only the results that it had not given. A transmission in which
// nothing came for 30 s is over.
//
// Nothing is said about queries (Q): they are acknowledged and not answered.
#pragma once

#include <memory>

#include "firmware-bridge/serial/driver.h"

namespace vitalgate::bridge {

std::unique_ptr<Driver> make_astm();

// Ascensia (Bayer) Contour: frames come without an ENQ before them; one behind a frame only asks
// for its answer.
std::unique_ptr<Driver> make_contour();

}  // namespace vitalgate::bridge
