// What an MQTT reason code means (MQTT 5, sections 2.4, 3.4.2.1 and 3.14.2.1). Pure.
#pragma once

#include <string>

#include "sync/uplink/uplink.h"

namespace vitalgate::sync {

// Why a publish was not taken; `code` is that of its PUBACK, 0x80 or more.
TransportRefused mqtt_refusal(BatchKey key, int code);

// Why the broker ends the connection, by the code of its DISCONNECT.
LinkDown mqtt_farewell(const std::string& place, int code);

}  // namespace vitalgate::sync
