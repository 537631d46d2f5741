// Draeger Medibus: the device's date and time, as it answers the command for them.
//
//   " 9:33 7-OCT-14", " 9:33:00 07-OKT-14"      hour:minute[:second] day-month-year
//
// Months are three letters, in English or in the device's language, German among them; the year
// has two digits and is of this century. Local wall clock. Source: Medibus for Draeger Intensive
// Care Devices, date/time response.
//
// Pure; any thread.
#pragma once

#include <string_view>

#include "agent/core/result.h"
#include "firmware-bridge/local_time.h"

namespace vitalgate::bridge {

Result<LocalTime> parse_medibus_time(std::string_view text);

}  // namespace vitalgate::bridge
