// What each serial format says of its bytes, field by field: see firmware-bridge/format.h.
//
// The names of fields are those of the shared decoder vectors. Pure; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "agent/core/result.h"
#include "firmware-bridge/fields.h"
#include "firmware-bridge/local_time.h"

namespace vitalgate::bridge {

Result<Fields> describe_ansar_b(std::span<const std::byte> bytes);

Result<Fields> describe_nonin_df2(std::span<const std::byte> bytes);
Result<Fields> describe_nonin_df2_frame(std::span<const std::byte> bytes);
Result<Fields> describe_nonin_df2_status(std::span<const std::byte> bytes);
Result<Fields> describe_nonin_df7(std::span<const std::byte> bytes);
Result<Fields> describe_nonin_df8(std::span<const std::byte> bytes);
Result<Fields> describe_nonin_df13(std::span<const std::byte> bytes);
Result<Fields> describe_nonin_ascii(std::span<const std::byte> bytes);

Result<Fields> describe_masimo(std::span<const std::byte> bytes);
Result<Fields> describe_cms50(std::span<const std::byte> bytes);
Result<Fields> describe_cms50_v7(std::span<const std::byte> bytes);

Result<Fields> describe_and_scale(std::span<const std::byte> bytes);
Result<Fields> describe_esc_scale(std::span<const std::byte> bytes);
Result<Fields> describe_tanita(std::span<const std::byte> bytes);

Result<Fields> describe_astm_frame(std::span<const std::byte> bytes);
Result<Fields> describe_astm_session(std::span<const std::byte> bytes);
Result<Fields> describe_astm_record(std::span<const std::byte> bytes);
Result<Fields> describe_contour(std::span<const std::byte> bytes);

Result<Fields> describe_intellivue(std::span<const std::byte> bytes);
Result<Fields> describe_medibus_time(std::span<const std::byte> bytes);

// "2014-10-07T09:33:00"
std::string iso_text(LocalTime time);

// "3A71"
std::string hex_text(std::span<const std::byte> bytes);

// A field that is there and may say "no value".
template <class T>
void add_optional(Fields& fields, std::string_view name, const std::optional<T>& value) {
  if (value)
    fields.add(name, T(*value));
  else
    fields.add(name, nullptr);
}

}  // namespace vitalgate::bridge
