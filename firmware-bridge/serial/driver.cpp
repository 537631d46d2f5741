#include "firmware-bridge/serial/driver.h"

#include <algorithm>
#include <array>

#include "firmware-bridge/serial/ansar_b.h"
#include "firmware-bridge/serial/nonin.h"

namespace vitalgate::bridge {
namespace {

constexpr std::array kDrivers{
    DriverInfo{"ansar-b", 9600, make_ansar_b, "Ivy Biomedical 450C patient monitor (ANSAR-B)"},
    DriverInfo{"nonin-df2", 9600, make_nonin_df2, "Nonin OEM III, Xpod: data format 2"},
    DriverInfo{"nonin-df7", 9600, make_nonin_df7, "Nonin OEM III, Xpod: data format 7"},
    DriverInfo{"nonin-df8", 9600, make_nonin_df8, "Nonin Onyx II, Avant: data format 8"},
    DriverInfo{"nonin-df13", 9600, make_nonin_df13, "Nonin 3230, 9560 spot check: data format 13"},
    DriverInfo{"nonin-ascii", 9600, make_nonin_ascii, "Nonin 8500M, 2500: real-time printout"},
};

constexpr auto kNames = [] {
  std::array<std::string_view, kDrivers.size()> names;
  std::transform(kDrivers.begin(), kDrivers.end(), names.begin(),
                 [](const DriverInfo& info) { return info.name; });
  return names;
}();

}  // namespace

std::span<const DriverInfo> serial_drivers() { return kDrivers; }

const DriverInfo* find_serial_driver(std::string_view name) {
  for (const DriverInfo& info : kDrivers)
    if (info.name == name) return &info;
  return nullptr;
}

std::span<const std::string_view> serial_driver_names() { return kNames; }

}  // namespace vitalgate::bridge
