// The settings in force, each with where it comes from. Secrets are "***", file references stay
// as written and are not opened. Pure; any thread.
#pragma once

#include <string>

#include "config/loader.h"

namespace vitalgate::config {

// TOML that loads again, with a comment on each line: "# default" or "# vitalgate.toml:12".
std::string show_toml(const Loaded& loaded);

// {"schema":"vitalgate.config/1","settings":{...},"origin":{...}}: `origin` has the shape of
// `settings`, with a text in the place of each value.
std::string show_json(const Loaded& loaded);

}  // namespace vitalgate::config
