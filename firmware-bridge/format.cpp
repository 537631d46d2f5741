#include "firmware-bridge/format.h"

#include <algorithm>
#include <cctype>

namespace vitalgate::bridge {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

}  // namespace

const Format* find_format(std::string_view name) {
  for (const auto formats : {gatt_formats(), serial_formats(), feed_formats()})
    for (const Format& format : formats)
      if (same_name(format.name, name)) return &format;
  return nullptr;
}

}  // namespace vitalgate::bridge
