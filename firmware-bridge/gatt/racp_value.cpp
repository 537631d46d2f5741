#include "firmware-bridge/gatt/racp_value.h"

#include "agent/core/byte_reader.h"
#include "firmware-bridge/gatt/describe.h"

namespace vitalgate::bridge::gatt {
namespace {

constexpr std::uint8_t kNumber = 5, kResponse = 6, kCombined = 8;
constexpr std::string_view kOpCodes[] = {"",
                                         "report_stored_records",
                                         "delete_stored_records",
                                         "abort_operation",
                                         "report_number_of_records",
                                         "number_of_records_response",
                                         "response_code",
                                         "combined_report",
                                         "combined_report_response"};
constexpr std::string_view kOperators[] = {
    "null",         "all_records",  "less_or_equal", "greater_or_equal",
    "within_range", "first_record", "last_record"};
constexpr std::string_view kResponses[] = {"",
                                           "success",
                                           "op_code_not_supported",
                                           "invalid_operator",
                                           "operator_not_supported",
                                           "invalid_operand",
                                           "no_records_found",
                                           "abort_unsuccessful",
                                           "procedure_not_completed",
                                           "operand_not_supported",
                                           "server_busy"};

Error no_op_code() { return {Errc::malformed, "no such op code", {}}; }
Error bad_operand() { return {Errc::malformed, "not the operand of its operator", {}}; }

void add_head(Fields& fields, std::uint8_t op_code, std::uint8_t op) {
  fields.add("op_code", op_code)
      .add("op_name", name_of(op_code, kOpCodes))
      .add("operator", op)
      .add("operator_name", name_of(op, kOperators));
}

}  // namespace

Result<RacpIndication> parse_racp_indication(std::span<const std::byte> value) {
  ByteReader in(value);
  RacpIndication indication;
  indication.op_code = in.u8();
  const std::uint8_t op = in.u8();
  if (!in.ok()) return truncated();
  const bool number = indication.op_code == kNumber || indication.op_code == kCombined;
  if (!number && indication.op_code != kResponse) return no_op_code();
  if (op != 0) return Error{Errc::malformed, "an answer with an operator", {}};
  if (in.remaining() == 2 && !number) {
    indication.request_op_code = in.u8();
    indication.response_code = in.u8();
  } else if (in.remaining() == 1 && number) {
    indication.number_of_records = in.u8();
  } else if (in.remaining() == 2) {
    indication.number_of_records = in.u16_le();
  } else if (in.remaining() == 4 && number) {
    indication.number_of_records = in.u32_le();
  } else {
    return bad_operand();
  }
  return indication;
}

Result<Fields> describe_racp_indication(std::span<const std::byte> value) {
  const RacpIndication indication = VG_TRY(parse_racp_indication(value));
  Fields fields;
  add_head(fields, indication.op_code, 0);
  if (indication.is_number())
    fields.add("number_of_records", indication.number_of_records);
  else
    fields.add("request_op_code", indication.request_op_code)
        .add("response_code", indication.response_code)
        .add("response_name", name_of(indication.response_code, kResponses));
  return fields;
}

Result<Fields> describe_racp_command(std::span<const std::byte> value) {
  constexpr std::uint8_t kAbort = 3;
  ByteReader in(value);
  const std::uint8_t op_code = in.u8(), op = in.u8();
  if (!in.ok()) return truncated();
  const bool request = (op_code >= 1 && op_code <= 4) || op_code == 7;
  if (!request) return no_op_code();
  if (name_of(op, kOperators) == "reserved" || (op_code == kAbort && op != 0))
    return Error{Errc::malformed, "not an operator of this op code", {}};
  const bool filtered = op >= 2 && op <= 4;
  const auto operand = in.take(in.remaining());
  // A filter type and at least one byte of what it compares with.
  if (filtered ? operand.size() < 2 : !operand.empty()) return bad_operand();
  Fields fields;
  add_head(fields, op_code, op);
  fields.add("operand", hex_text(operand));
  return fields;
}

}  // namespace vitalgate::bridge::gatt
