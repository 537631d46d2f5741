// Modbus RTU frames, described: what a master asked and what a device answered.
//
// Slave address, function, data, CRC-16 with the low byte first (Modbus over Serial Line V1.02,
// section 2.5.1.2); data by function as in the Modbus Application Protocol V1.1b3, section 6, all
// numbers with the high byte first. A frame whose CRC is wrong says only that: none of its other
// bytes can be trusted. Pure; any thread.
#pragma once

#include <cstddef>
#include <span>

#include "agent/core/result.h"
#include "firmware-bridge/fields.h"

namespace vitalgate::bridge {

// Malformed when the CRC fits and the length does not fit the function.
Result<Fields> describe_modbus_request(std::span<const std::byte> frame);
Result<Fields> describe_modbus_response(std::span<const std::byte> frame);

}  // namespace vitalgate::bridge
