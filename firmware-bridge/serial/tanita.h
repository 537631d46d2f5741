// Tanita body composition analysers: one measurement a line, as comma separated pairs.
//
//   {0,16,~0,1,~1,1,~2,1,MO,"SC-240",...,Hm,170.0,Wk,82.7,FW,18.6,...,ZF,369.4,CS,FD    CR LF
//
// A key, then its value; texts are in quotation marks. CS is the last: two hexadecimal digits, the
// sum of all bytes before it modulo 256 (from the brace to the comma in front of CS).
//
//   Wk weight kg, Wp weight lb, Hm height cm, FW fat %, MW fat free mass kg, mW muscle mass kg,
//   wW body water kg, MI body mass index, rb basal metabolism kJ, ZF impedance at 50 kHz in Ohm,
//   DT or Da date "dd/mm/yyyy", Ti or TI time "hh:mm[:ss]", St 0 or an error of the measurement
//
// Beside Wp the unit of the other masses is not sure: they are not read. Other keys are passed
// over. Source: manuals of the SC-240, SC-330, MC-980 and WB-3000, "output data items"; what the
// checksum covers was worked out from the sample line of the SC-240 manual.
//
// All functions are pure; any thread.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "agent/core/reading.h"
#include "agent/core/result.h"
#include "firmware-bridge/serial/driver.h"

namespace vitalgate::bridge {

inline constexpr std::size_t kTanitaLineBytesMax = 1024;

struct TanitaPair {
  std::string_view key;
  std::string_view value;  // without its quotation marks
};

// `line` without its end, from its brace; in the order of the line, CS is not among them.
// Malformed unless it is pairs with a right checksum.
Result<std::vector<TanitaPair>> parse_tanita(std::string_view line);

// One group. Malformed when a value that is understood is no number.
Result<std::vector<Reading>> to_readings(const std::vector<TanitaPair>& pairs,
                                         std::string_view line);

std::unique_ptr<Driver> make_tanita();

}  // namespace vitalgate::bridge
