#include "firmware-bridge/format.h"

namespace vitalgate::bridge {

std::span<const Format> gatt_formats() { return {}; }

}  // namespace vitalgate::bridge
