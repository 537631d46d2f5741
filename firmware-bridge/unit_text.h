// Units and codes as laboratory devices, analysers and monitors write them in free text.
//
// The same unit comes as "mmol/L", "MMOL/L", "mmol.l-1"; one table maps what is seen in the field
// to the units of config/catalogue.h. Only spellings of the very same unit are in it: nothing is
// converted, and a text that could mean two units is left out. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/core/reading.h"

namespace vitalgate::bridge {

// Case does not matter, nor do blanks inside. Nothing for a text that is not in the table and no
// UCUM code of the catalogue; nothing for an empty one.
std::optional<UnitId> ucum_from_free_text(std::string_view text);

// Reading.code for a code of a coding system: "loinc:11125-2" for LN, LOINC and LNC, otherwise
// "system:code" with the system in lower case and "local" where it is empty or "99..." or "L".
// Characters outside of [A-Za-z0-9._-] become '_'; at most 64 characters.
std::string observation_code(std::string_view system, std::string_view code);

}  // namespace vitalgate::bridge
