// vitalgate version.
#include "agent/version.h"

#include <fmt/format.h>

#include "agent/cli/command.h"

namespace vitalgate::cli {

Exit show_version(const Globals& globals) {
  if (globals.json)
    fmt::print("{{\"schema\":\"vitalgate.version/1\",\"version\":\"{}\",\"contract\":\"1.0\"}}\n",
               kVersion);
  else
    fmt::print("vitalgate {} (upload contract 1.0)\n", kVersion);
  return Exit::ok;
}

}  // namespace vitalgate::cli
