#include "firmware-bridge/serial/modbus_frame.h"

#include "agent/core/byte_reader.h"
#include "agent/core/crc.h"

namespace vitalgate::bridge {
namespace {

constexpr std::size_t kFrameBytesMin = 4;  // address, function, CRC
constexpr std::size_t kFrameBytesMax = 256;
constexpr std::size_t kCrcBytes = 2;
constexpr std::uint8_t kException = 0x80;

enum Function : std::uint8_t {
  read_coils = 1,
  read_discrete_inputs = 2,
  read_holding = 3,
  read_input = 4,
  write_coil = 5,
  write_register = 6,
  diagnostics = 8,
  write_coils = 15,
  write_registers = 16,
  mask_write = 22,
  read_write_registers = 23,
};

Error wrong_length() {
  return {Errc::malformed, "the frame's length does not fit its function", {}};
}

std::string hex(std::span<const std::byte> bytes) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (const std::byte byte : bytes) {
    text += kDigits[std::to_integer<std::size_t>(byte) >> 4];
    text += kDigits[std::to_integer<std::size_t>(byte) & 15];
  }
  return text;
}

bool crc_fits(std::span<const std::byte> frame) {
  const std::size_t end = frame.size() - kCrcBytes;
  return kCrc16Modbus(frame.first(end)) == ByteReader(frame.subspan(end)).u16_le();
}

// A byte count and that many bytes, as text.
void add_data(ByteReader& in, Fields& fields) {
  const std::uint8_t size = in.u8();
  fields.add("data", hex(in.take(size)));
}

void add_address_and(std::string_view second, ByteReader& in, Fields& fields) {
  fields.add("address", in.u16_be());
  fields.add(second, in.u16_be());
}

void add_mask(ByteReader& in, Fields& fields) {
  add_address_and("and_mask", in, fields);
  fields.add("or_mask", in.u16_be());
}

// Byte count and data of a request that writes `expected` bytes.
Result<> add_written(std::size_t expected, ByteReader& in, Fields& fields) {
  const std::size_t size = in.u8();
  if (size != expected) return wrong_length();
  fields.add("data", hex(in.take(size)));
  return {};
}

Result<> add_request(std::uint8_t function, ByteReader& in, Fields& fields) {
  switch (function) {
    case read_coils:
    case read_discrete_inputs:
    case read_holding:
    case read_input:
      add_address_and("quantity", in, fields);
      return {};
    case write_coil:
    case write_register:
      add_address_and("value", in, fields);
      return {};
    case write_coils:
    case write_registers: {
      fields.add("address", in.u16_be());
      const std::size_t quantity = in.u16_be();
      fields.add("quantity", quantity);
      return add_written(function == write_coils ? (quantity + 7) / 8 : quantity * 2, in, fields);
    }
    case mask_write:
      add_mask(in, fields);
      return {};
    case read_write_registers: {
      add_address_and("quantity", in, fields);
      fields.add("write_address", in.u16_be());
      const std::size_t quantity = in.u16_be();
      fields.add("write_quantity", quantity);
      return add_written(quantity * 2, in, fields);
    }
    case diagnostics:
      fields.add("sub_function", in.u16_be());
      [[fallthrough]];
    default:
      if (in.remaining() > 0) fields.add("data", hex(in.take(in.remaining())));
      return {};
  }
}

Result<> add_registers(ByteReader& in, Fields& fields) {
  const std::size_t size = in.u8();
  if (size % 2 != 0) return wrong_length();
  std::vector<std::int64_t> registers;
  ByteReader words(in.take(size));
  while (words.remaining() > 0) registers.push_back(words.u16_be());
  fields.add("registers", std::move(registers));
  return {};
}

Result<> add_response(std::uint8_t function, ByteReader& in, Fields& fields) {
  switch (function) {
    case read_coils:
    case read_discrete_inputs:
      add_data(in, fields);
      return {};
    case read_holding:
    case read_input:
    case read_write_registers:
      return add_registers(in, fields);
    case write_coil:
    case write_register:
      add_address_and("value", in, fields);
      return {};
    case write_coils:
    case write_registers:
      add_address_and("quantity", in, fields);
      return {};
    case mask_write:
      add_mask(in, fields);
      return {};
    case diagnostics:
      fields.add("sub_function", in.u16_be());
      [[fallthrough]];
    default:
      if (in.remaining() > 0) fields.add("data", hex(in.take(in.remaining())));
      return {};
  }
}

Result<Fields> describe(std::span<const std::byte> frame, bool response) {
  if (frame.size() < kFrameBytesMin || frame.size() > kFrameBytesMax) return wrong_length();
  Fields fields;
  const bool crc_ok = crc_fits(frame);
  fields.add("crc_ok", crc_ok);
  if (!crc_ok) return fields;

  ByteReader in(frame.first(frame.size() - kCrcBytes));
  fields.add("slave", in.u8());
  const std::uint8_t code = in.u8();
  const auto function = static_cast<std::uint8_t>(code & ~kException);
  fields.add("function", function);
  if ((code & kException) != 0) {
    if (!response) return Error{Errc::malformed, "a request has no exception", {}};
    fields.add("exception", in.u8());
  } else {
    VG_TRY(response ? add_response(function, in, fields) : add_request(function, in, fields));
  }
  if (!in.ok() || in.remaining() > 0) return wrong_length();
  return fields;
}

}  // namespace

Result<Fields> describe_modbus_request(std::span<const std::byte> frame) {
  return describe(frame, false);
}

Result<Fields> describe_modbus_response(std::span<const std::byte> frame) {
  return describe(frame, true);
}

}  // namespace vitalgate::bridge
