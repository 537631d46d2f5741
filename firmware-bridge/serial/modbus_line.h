// ModbusLine: register reads over one serial line, through libmodbus.
//
// The port is ours alone, as every Port. One thread at a time; a read takes less than a second.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "agent/core/result.h"
#include "config/settings.h"
#include "firmware-bridge/serial/port.h"

struct _modbus;

namespace vitalgate::bridge {

enum class ModbusFault : std::uint8_t {
  none,
  silent,     // no answer, or one that ended too early
  damaged,    // an answer whose CRC or layout is wrong, or of another unit
  refused,    // the device answered with an exception
  unplugged,  // the port is gone
};

struct ModbusAnswer {
  ModbusFault fault = ModbusFault::none;
  std::string what;  // for a person; empty when the registers came
  std::vector<std::uint16_t> registers;
};

class ModbusLine {
 public:
  // As Port::open(). `unit`: 1 to 247.
  static Result<ModbusLine> open(const std::string& path, std::uint32_t baud, config::Parity parity,
                                 std::uint8_t unit);

  // The most registers whose answer comes in time at that rate.
  static std::size_t registers_max(std::uint32_t baud);

  // What came late for an earlier request is thrown away before this one is sent.
  ModbusAnswer read(config::RegisterKind kind, std::uint16_t address, std::size_t count);

  [[nodiscard]] bool still_there() const { return port_.still_there(); }

 private:
  struct Free {
    void operator()(_modbus* context) const;
  };

  ModbusLine(Port port, int gap_ms, _modbus* context)
      : port_(std::move(port)), gap_ms_(gap_ms), context_(context) {}

  Port port_;
  int gap_ms_;  // between an answer and the next request
  std::unique_ptr<_modbus, Free> context_;
};

}  // namespace vitalgate::bridge
