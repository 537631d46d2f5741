// What is wrong in a settings file, for a person who has to repair it.
//
// All text in a Problem is printable ASCII and holds no secret, so it may go to a terminal, a
// log or JSON as it is. Any thread.
#pragma once

#include <cstdint>
#include <string>

namespace vitalgate::config {

struct Problem {
  std::string file;
  std::uint32_t line = 0;    // from 1; 0: nowhere in the file
  std::uint32_t column = 0;  // from 1
  std::string key;           // "device[2].baud"; tables count from 1; may be empty
  std::string what;          // what is wrong, with the value if it may be shown
  std::string expected;      // what to write or do, with an example
  std::string suggestion;    // the word that was probably meant; empty when none is near
  std::string source_line;   // the line itself; empty when it may hold a secret
};

// The problem in a few lines that fit 80 columns where their words do:
//
//   vitalgate.toml:14:8: device[2].baud: 9601 is not a baud rate
//     14 | baud = 9601
//        |        ^
//   Try: baud = 9600   (one of 0, 1200, 2400, ...)
//
// Every line ends with '\n'.
std::string to_text(const Problem& problem, bool colour);

}  // namespace vitalgate::config
