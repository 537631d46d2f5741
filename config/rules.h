// What must hold between settings: unique names and ports, keys that need each other, at least
// one destination. Any thread.
#pragma once

#include "config/document.h"
#include "config/report.h"

namespace vitalgate::config {

void check_rules(const Document& document, Report& report);

}  // namespace vitalgate::config
