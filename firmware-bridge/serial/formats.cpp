#include "firmware-bridge/format.h"

namespace vitalgate::bridge {

std::span<const Format> serial_formats() { return {}; }

}  // namespace vitalgate::bridge
