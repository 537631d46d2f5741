// The formats of vendors' advertisements and records, for find_format(). See vendor_scales.h,
// omron.h and dexcom.h for what is in them.
#pragma once

#include <span>

#include "firmware-bridge/format.h"

namespace vitalgate::bridge::gatt {

std::span<const Format> vendor_formats();

}  // namespace vitalgate::bridge::gatt
