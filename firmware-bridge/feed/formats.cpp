#include "firmware-bridge/format.h"

namespace vitalgate::bridge {

std::span<const Format> feed_formats() { return {}; }

}  // namespace vitalgate::bridge
