#include "firmware-bridge/format.h"

#include <array>

#include "agent/core/crc.h"
#include "firmware-bridge/serial/describe.h"
#include "firmware-bridge/serial/driver.h"

namespace vitalgate::bridge {
namespace {

template <Crc16 crc>
Result<Fields> describe_crc(std::span<const std::byte> bytes) {
  Fields fields;
  fields.add("crc", crc(bytes));
  return fields;
}

// What the driver of that name makes of a stretch of its line.
Result<std::vector<Arrival>> run(std::string_view name, std::span<const std::byte> bytes) {
  config::DeviceSettings settings;
  settings.driver = name;
  const auto driver = make_driver(settings);
  std::vector<Arrival> arrivals;
  driver->feed(bytes, Stamp{}, arrivals);
  if (driver->counts().frames == 0) return Error{Errc::malformed, "no whole frame", {}};
  return arrivals;
}

// A driver's name as a template argument.
template <std::size_t size>
struct Name {
  constexpr Name(const char (&text)[size]) { std::copy_n(text, size, characters); }
  char characters[size];
};

template <Name name>
Result<std::vector<Arrival>> readings(std::span<const std::byte> bytes) {
  return run({name.characters, sizeof name.characters - 1}, bytes);
}

constexpr std::array kFormats{
    Format{"ansar-b", "Ivy 450C message (ANSAR-B)", describe_ansar_b, readings<"ansar-b">},
    Format{"ivy-ansar-b", "the same", describe_ansar_b, readings<"ansar-b">},
    Format{"nonin-df2", "Nonin data format 2, a stretch of the line", describe_nonin_df2,
           readings<"nonin-df2">},
    Format{"nonin-df2-frame", "one frame of data format 2", describe_nonin_df2_frame},
    Format{"nonin-df2-status", "the status byte of a frame", describe_nonin_df2_status},
    Format{"nonin-df7", "Nonin data format 7, a stretch of the line", describe_nonin_df7,
           readings<"nonin-df7">},
    Format{"nonin-df8", "Nonin data format 8, one frame", describe_nonin_df8,
           readings<"nonin-df8">},
    Format{"nonin-df13", "Nonin data format 13, one spot check", describe_nonin_df13,
           readings<"nonin-df13">},
    Format{"nonin-ascii", "Nonin printout, one line", describe_nonin_ascii,
           readings<"nonin-ascii">},
    Format{"masimo-ascii1", "Masimo ASCII 1, one line", describe_masimo, readings<"masimo-ascii1">},
    Format{"masimo-ascii2", "Masimo ASCII 2, one line", describe_masimo, readings<"masimo-ascii2">},
    Format{"cms50-5byte", "Contec CMS50 of the first kind, a stretch of the line", describe_cms50,
           readings<"cms50-5byte">},
    Format{"cms50-v7", "Contec CMS50 from firmware 4.6, a stretch of the line", describe_cms50_v7,
           readings<"cms50-v7">},
    Format{"and-standard", "A&D scale, one line", describe_and_scale, readings<"and-standard">},
    Format{"esc-scale", "Health o meter or Rice Lake scale, one weighing", describe_esc_scale,
           readings<"esc-scale">},
    Format{"tanita", "Tanita analyser, one line", describe_tanita, readings<"tanita">},
    Format{"astm", "ASTM session from ENQ to EOT", describe_astm_session, readings<"astm">},
    Format{"astm-e1381-session", "the same", describe_astm_session, readings<"astm">},
    Format{"astm-e1381-frame", "one ASTM frame", describe_astm_frame},
    Format{"astm-e1394-record", "one ASTM record", describe_astm_record},
    Format{"astm-contour-usb", "Ascensia Contour, one frame", describe_contour,
           readings<"astm-contour-usb">},
    Format{"intellivue-rs232-frame", "Philips IntelliVue serial frame", describe_intellivue},
    Format{"medibus-datetime", "Draeger Medibus date and time", describe_medibus_time},
    Format{"crc16-mcrf4xx", "CRC of the bytes", describe_crc<kCrc16Mcrf4xx>},
    Format{"crc16-kermit", "CRC of the bytes", describe_crc<kCrc16Kermit>},
    Format{"crc16-ccitt-false", "CRC of the bytes", describe_crc<kCrc16CcittFalse>},
    Format{"crc16-arc", "CRC of the bytes", describe_crc<kCrc16Arc>},
    Format{"crc16-modbus", "CRC of the bytes", describe_crc<kCrc16Modbus>},
    Format{"crc16-xmodem", "CRC of the bytes", describe_crc<kCrc16Xmodem>},
    Format{"crc16-x25", "CRC of the bytes", describe_crc<kCrc16X25>},
};

}  // namespace

std::span<const Format> serial_formats() { return kFormats; }

std::string iso_text(LocalTime time) {
  return to_rfc3339(WallTime(time.time_since_epoch())).substr(0, 19);
}

std::string hex_text(std::span<const std::byte> bytes) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (const std::byte byte : bytes) {
    text += kDigits[std::to_integer<std::size_t>(byte) >> 4];
    text += kDigits[std::to_integer<std::size_t>(byte) & 15];
  }
  return text;
}

}  // namespace vitalgate::bridge
