// ANSAR-B, the serial output of an Ivy 450C patient monitor, written from domain.md section 7.6:
//
//   FF "ANSAR-B " 400 wave bytes, lines that end with CR, FE                 once a second
//
// A line is NAME=count;value;...;message; with as many values as its count says.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "tests/clinic/monitor.h"
#include "tests/clinic/patient.h"

namespace vitalgate::clinic {

// What the screen shows. A value that is not there is an empty field.
struct IvyScreen {
  // Samples are at most 0xFD: FE and FF frame the message.
  std::array<std::uint8_t, 200> ecg{};
  std::array<std::uint8_t, 50> respiration{};
  std::array<std::uint8_t, 50> pleth{};
  std::array<std::uint8_t, 50> p1{};
  std::array<std::uint8_t, 50> p2{};

  std::optional<int> heart_rate;
  std::string ecg_message = "ECG-II-DIAG";
  std::optional<int> respiratory_rate;
  std::string respiration_message;
  std::optional<int> spo2;
  std::optional<int> pulse_rate;
  std::optional<Pressure> cuff;
  std::optional<int> cuff_pulse_rate;
  std::optional<Pressure> p1_pressure;
};

Bytes encode_ansarb(const IvyScreen& screen);

std::unique_ptr<Monitor> make_ivy(std::uint64_t seed, Script script);

}  // namespace vitalgate::clinic
