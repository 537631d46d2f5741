#include "firmware-bridge/serial/modbus_line.h"

#include <modbus/modbus.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "agent/core/check.h"

namespace vitalgate::bridge {
namespace {

constexpr std::uint32_t kDeviceThinksUs = 500'000;  // the longest before an answer begins
constexpr std::uint32_t kAnswerTakesMsMax = 400;
constexpr std::uint32_t kBitsPerByte = 11;
constexpr std::size_t kAnswerBytesBeside = 5;  // address, function, count, CRC

char parity_letter(config::Parity parity) {
  switch (parity) {
    case config::Parity::odd:
      return 'O';
    case config::Parity::none:
      return 'N';
    default:
      return 'E';
  }
}

// By libmodbus' error number, right after its call.
ModbusFault fault_of(int error) {
  if (error == ETIMEDOUT) return ModbusFault::silent;
  if (error == EMBBADCRC || error == EMBBADDATA || error == EMBBADEXC || error == EMBUNKEXC ||
      error == EMBBADSLAVE || error == EMBMDATA)
    return ModbusFault::damaged;
  if (error > MODBUS_ENOBASE && error < EMBBADCRC) return ModbusFault::refused;
  return ModbusFault::unplugged;
}

}  // namespace

void ModbusLine::Free::operator()(_modbus* context) const { ::modbus_free(context); }

Result<ModbusLine> ModbusLine::open(const std::string& path, std::uint32_t baud,
                                    config::Parity parity, std::uint8_t unit) {
  Port port = VG_TRY(Port::open(path, baud, parity));
  // libmodbus would open the port itself, without asking who has it. It gets ours instead, and is
  // never told to close it.
  const int gap_ms = static_cast<int>(kBitsPerByte * 3500 / baud) + 2;
  ModbusLine line(
      std::move(port), gap_ms,
      ::modbus_new_rtu(path.c_str(), static_cast<int>(baud), parity_letter(parity), 8, 1));
  _modbus* context = line.context_.get();
  VG_CHECK(context != nullptr);
  ::modbus_set_socket(context, line.port_.fd());
  ::modbus_set_slave(context, unit);
  ::modbus_set_error_recovery(context, MODBUS_ERROR_RECOVERY_NONE);
  ::modbus_set_response_timeout(context, 0, kDeviceThinksUs + kAnswerTakesMsMax * 1000);
  // No timeout between bytes: the whole answer comes within the one above.
  ::modbus_set_byte_timeout(context, 0, 0);
  return line;
}

std::size_t ModbusLine::registers_max(std::uint32_t baud) {
  const std::size_t bytes = std::size_t{baud} / kBitsPerByte * kAnswerTakesMsMax / 1000;
  const std::size_t beside = kAnswerBytesBeside;
  return std::clamp<std::size_t>(bytes > beside ? (bytes - beside) / 2 : 0, 2,
                                 MODBUS_MAX_READ_REGISTERS);
}

ModbusAnswer ModbusLine::read(config::RegisterKind kind, std::uint16_t address, std::size_t count) {
  VG_CHECK(count > 0 && count <= MODBUS_MAX_READ_REGISTERS);
  ModbusAnswer answer;
  answer.registers.resize(count);
  // Devices need a silence of 3.5 characters to see where a request begins.
  ::poll(nullptr, 0, gap_ms_);
  ::modbus_flush(context_.get());
  const auto read = kind == config::RegisterKind::holding ? ::modbus_read_registers
                                                          : ::modbus_read_input_registers;
  errno = 0;
  const int got = read(context_.get(), address, static_cast<int>(count), answer.registers.data());
  if (got == static_cast<int>(count)) return answer;
  const int error = errno;
  answer.registers.clear();
  answer.fault = got >= 0 ? ModbusFault::damaged : fault_of(error);
  answer.what = got >= 0 ? "an answer of another length" : ::modbus_strerror(error);
  return answer;
}

}  // namespace vitalgate::bridge
