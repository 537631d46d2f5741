#include "firmware-bridge/serial/driver.h"

#include <array>

#include "agent/core/check.h"
#include "firmware-bridge/serial/and_scale.h"
#include "firmware-bridge/serial/ansar_b.h"
#include "firmware-bridge/serial/astm.h"
#include "firmware-bridge/serial/cms50.h"
#include "firmware-bridge/serial/esc_scale.h"
#include "firmware-bridge/serial/line_pattern.h"
#include "firmware-bridge/serial/masimo.h"
#include "firmware-bridge/serial/nonin.h"
#include "firmware-bridge/serial/tanita.h"

namespace vitalgate::bridge {
namespace {

using config::Parity;

// Most drivers have nothing to be told.
template <std::unique_ptr<Driver> (*make)()>
std::unique_ptr<Driver> plain(const config::DeviceSettings& /*device*/,
                              std::span<const config::ColumnSettings> /*columns*/) {
  return make();
}

constexpr std::array kDrivers{
    DriverInfo{"ansar-b", 9600, Parity::none, plain<make_ansar_b>,
               "Ivy Biomedical 450C patient monitor (ANSAR-B)"},
    DriverInfo{"nonin-df2", 9600, Parity::none, plain<make_nonin_df2>,
               "Nonin OEM III, Xpod: data format 2"},
    DriverInfo{"nonin-df7", 9600, Parity::none, plain<make_nonin_df7>,
               "Nonin OEM III, Xpod: data format 7"},
    DriverInfo{"nonin-df8", 9600, Parity::none, plain<make_nonin_df8>,
               "Nonin Onyx II, Avant: data format 8"},
    DriverInfo{"nonin-df13", 9600, Parity::none, plain<make_nonin_df13>,
               "Nonin 3230, 9560 spot check: data format 13"},
    DriverInfo{"nonin-ascii", 9600, Parity::none, plain<make_nonin_ascii>,
               "Nonin 8500M, 2500: real-time printout"},
    DriverInfo{"masimo-ascii1", 9600, Parity::none, plain<make_masimo>,
               "Masimo Radical-7, Rad-87: serial output ASCII 1"},
    DriverInfo{"masimo-ascii2", 9600, Parity::none, plain<make_masimo>,
               "Masimo Rad-8: serial output ASCII 2"},
    DriverInfo{"cms50-5byte", 19200, Parity::odd, plain<make_cms50>,
               "Contec CMS50D, CMS50D+ of the first kind: live stream of 5-byte frames"},
    DriverInfo{"cms50-v7", 115200, Parity::none, plain<make_cms50_v7>,
               "Contec CMS50D+, CMS50E, CMS50F from firmware 4.6: live stream of 9-byte frames"},
    DriverInfo{"and-standard", 2400, Parity::none, plain<make_and_scale>,
               "A&D scales: A&D standard format"},
    DriverInfo{"esc-scale", 9600, Parity::none, plain<make_esc_scale>,
               "Health o meter, Rice Lake scales: ESC protocol"},
    DriverInfo{"tanita", 9600, Parity::none, plain<make_tanita>,
               "Tanita body composition analysers: comma separated output"},
    DriverInfo{"astm", 9600, Parity::none, plain<make_astm>,
               "laboratory analysers and meters: ASTM E1381/E1394 (LIS01, LIS02)"},
    DriverInfo{"astm-contour-usb", 9600, Parity::none, plain<make_contour>,
               "Ascensia (Bayer) Contour meters: ASTM records in their own link"},
    DriverInfo{"line", 9600, Parity::none, make_line_pattern,
               "any device that prints lines: device.pattern and [[column]] say how to read them"},
};

}  // namespace

std::span<const DriverInfo> serial_drivers() { return kDrivers; }

const DriverInfo* find_serial_driver(std::string_view name) {
  for (const DriverInfo& info : kDrivers)
    if (info.name == name) return &info;
  return nullptr;
}

std::unique_ptr<Driver> make_driver(const config::DeviceSettings& device,
                                    std::span<const config::ColumnSettings> columns) {
  const DriverInfo* info = find_serial_driver(device.driver);
  VG_CHECK(info != nullptr);  // the loader accepts only names that are
  return info->make(device, columns);
}

}  // namespace vitalgate::bridge
