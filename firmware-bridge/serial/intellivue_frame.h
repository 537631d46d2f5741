// Philips IntelliVue RS-232 framing: what carries the monitor's data export on its serial port.
//
//   C0, data with escapes, FCS low, FCS high, C1
//
// C0, C1 and 7D inside are sent as 7D and the byte xor 20. FCS: CRC-16/X-25 of the plain data, low
// byte first, escaped like the data. Source: IntelliVue Data Export Interface Programming Guide,
// fixed baud rate transport.
//
// Pure; any thread.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "agent/core/result.h"

namespace vitalgate::bridge {

struct IntellivueFrame {
  std::vector<std::byte> payload;  // without FCS
  bool fcs_ok = false;
};

// `frame` from C0 to C1. Malformed when it is not framed, too short for its FCS, longer than
// limits::kFrameBytesMax or has an escape without a byte.
Result<IntellivueFrame> parse_intellivue_frame(std::span<const std::byte> frame);

}  // namespace vitalgate::bridge
