// Scales, field by field.
#include "firmware-bridge/serial/and_scale.h"
#include "firmware-bridge/serial/describe.h"
#include "firmware-bridge/serial/esc_scale.h"
#include "firmware-bridge/serial/line_driver.h"
#include "firmware-bridge/serial/tanita.h"
#include "firmware-bridge/unit_text.h"

#include "config/catalogue.h"

namespace vitalgate::bridge {

Result<Fields> describe_and_scale(std::span<const std::byte> bytes) {
  const AndLine line = VG_TRY(parse_and_line(without_line_end(text_of(bytes))));
  Fields fields;
  if (line.header == AndHeader::overload) {
    fields.add("overload", true).add("value", nullptr);
    return fields;
  }
  if (line.header == AndHeader::count)
    fields.add("count", true);
  else
    fields.add("stable", line.header == AndHeader::stable);
  add_optional(fields, "value", line.value);
  const auto unit = ucum_from_free_text(line.unit);
  fields.add("unit", unit ? config::ucum(*unit) : line.unit);
  return fields;
}

Result<Fields> describe_esc_scale(std::span<const std::byte> bytes) {
  const EscWeighing weighing = VG_TRY(parse_esc_scale(bytes));
  Fields fields;
  if (!weighing.id.empty()) fields.add("id", weighing.id);
  add_optional(fields, "weight", weighing.weight);
  if (!weighing.height_text.empty()) add_optional(fields, "height", weighing.height);
  if (!weighing.bmi_text.empty()) add_optional(fields, "bmi", weighing.bmi);
  fields.add("system", weighing.metric ? "kg" : "lb");
  return fields;
}

Result<Fields> describe_tanita(std::span<const std::byte> bytes) {
  const auto pairs = VG_TRY(parse_tanita(without_line_end(text_of(bytes))));
  Fields fields;
  for (const TanitaPair& pair : pairs)
    if (fields.find(pair.key) == nullptr) fields.add(pair.key, pair.value);
  return fields;
}

}  // namespace vitalgate::bridge
