#include "tests/clinic/ansarb.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace vitalgate::clinic {
namespace {

constexpr std::uint8_t kStart = 0xFF;
constexpr std::uint8_t kEnd = 0xFE;

std::string text(const std::optional<int>& value) {
  return value ? std::to_string(*value) : std::string();
}

std::string line(std::string_view head, std::initializer_list<std::string> fields) {
  std::string made(head);
  for (const std::string& field : fields) made += field + ";";
  return made + "\r";
}

std::string three(const std::optional<Pressure>& value) {
  if (!value) return ";;";
  return std::to_string(value->systolic) + ";" + std::to_string(value->diastolic) + ";" +
         std::to_string(value->mean);
}

// "PR=80 ": the pulse rate stands beside the saturation, padded to three characters.
std::string pulse_field(const std::optional<int>& rate) {
  std::string shown = text(rate);
  shown.resize(std::max<std::size_t>(shown.size(), 3), ' ');
  return "PR=" + shown;
}

std::string lines_of(const IvyScreen& screen) {
  return line("HR=1;", {text(screen.heart_rate), screen.ecg_message}) +
         line("RR=1;", {text(screen.respiratory_rate), screen.respiration_message}) +
         line("ETCO2=1;", {"", ""}) +
         line("SPO2=1;", {text(screen.spo2), pulse_field(screen.pulse_rate)}) +
         line("NIBP=4;", {three(screen.cuff), text(screen.cuff_pulse_rate), ""}) +
         line("P1=3;", {three(screen.p1_pressure), ""}) +
         line("P2=3;", {three(std::nullopt), "NO TRANSDUCER"}) + line("T1=1;", {"", ""}) +
         line("T2=1;", {"", ""});
}

}  // namespace

Bytes encode_ansarb(const IvyScreen& screen) {
  constexpr std::string_view kName = "ANSAR-B ";
  Bytes bytes;
  const auto append = [&bytes](const auto& part) {
    for (const auto each : part) bytes.push_back(static_cast<std::uint8_t>(each));
  };
  bytes.push_back(kStart);
  append(kName);
  append(screen.ecg);
  append(screen.respiration);
  append(screen.pleth);
  append(screen.p1);
  append(screen.p2);
  append(lines_of(screen));
  bytes.push_back(kEnd);
  return bytes;
}

}  // namespace vitalgate::clinic
