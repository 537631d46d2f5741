// Masimo pulse CO-oximeters: one text line a second, in two dialects.
//
//   ASCII 1: 04/11/26 10:15:42 SN=0000093112 SPO2=098% BPM=072 PI=04.10% SPCO=--.-% SPMET=--.-%
//            DESAT=-- PIDELTA=+-- PVI=--- ALARM=0000 EXC=000000
//   ASCII 2: 09/21/08 09:56:12 SpO2=097 PR=069 PI=04.69 EXC=800:SET
//
// The date is month/day/year of this century, local wall clock. Dashes are "no value", and so are
// zeros where no sensor is on a patient; a rate or saturation of 000 never is a value. ALARM and
// EXC are hexadecimal. Words that are not known are passed over: later models append some.
// Source: Radical-7 and Rad-8 operator manuals, serial interface.
//
// All functions are pure; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "agent/core/decimal.h"
#include "agent/core/result.h"
#include "firmware-bridge/local_time.h"
#include "firmware-bridge/serial/driver.h"

namespace vitalgate::bridge {

inline constexpr std::size_t kMasimoLineBytesMax = 256;

// Bits of EXC.
namespace masimo_exception {
inline constexpr std::uint32_t kNoSensor = 0x001;
inline constexpr std::uint32_t kSensorDefective = 0x002;
inline constexpr std::uint32_t kLowPerfusion = 0x004;
inline constexpr std::uint32_t kPulseSearch = 0x008;
inline constexpr std::uint32_t kInterference = 0x010;
inline constexpr std::uint32_t kSensorOff = 0x020;
inline constexpr std::uint32_t kAmbientLight = 0x040;
inline constexpr std::uint32_t kSensorUnrecognized = 0x080;
inline constexpr std::uint32_t kLowSignalIq = 0x400;
inline constexpr std::uint32_t kSet = 0x800;  // the algorithm at work: no exception
}  // namespace masimo_exception

// A value of the line. Not there at all, there without a value, or a number.
struct MasimoValue {
  bool present = false;
  std::optional<Decimal> number;
  std::string_view word;  // "SPO2=098%", a part of the line
};

struct MasimoLine {
  std::optional<LocalTime> timestamp;  // nothing: impossible
  std::string_view serial;
  MasimoValue spo2, pulse_rate, perfusion_index, spco, spmet, pvi;
  std::optional<std::uint32_t> alarm;
  std::uint32_t exceptions = 0;
};

// `line` without its end. Malformed unless it has date, time, SPO2, a rate and EXC, and every
// value that is understood is a number or dashes.
Result<MasimoLine> parse_masimo_line(std::string_view line);

// Rate, SpO2, perfusion index, and the others as far as the line has them: one group.
std::vector<Reading> to_readings(const MasimoLine& values, std::string_view line);

// Reads both dialects.
std::unique_ptr<Driver> make_masimo();

}  // namespace vitalgate::bridge
