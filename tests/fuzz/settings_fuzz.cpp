// Settings text from anywhere: loading it ends in settings or in problems, and both can be shown.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "agent/core/check.h"
#include "config/loader.h"
#include "config/show.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vitalgate::config;
  static constexpr std::array<std::string_view, 3> kDrivers{"ansar-b", "nonin-df2", "nonin-ascii"};
  const std::string_view text(reinterpret_cast<const char*>(data), size);

  const Loaded loaded = load_text(text, "fuzz.toml", {kDrivers, false});
  VG_CHECK(loaded.settings.has_value() == loaded.problems.empty());
  for (const Problem& problem : loaded.problems)
    for (const char c : to_text(problem, false)) VG_CHECK(c == '\n' || (c >= 0x20 && c < 0x7f));
  VG_CHECK(!show_json(loaded).empty());

  // What is shown loads again, but for the masked secrets.
  const std::string shown = show_toml(loaded);
  const bool masked = shown.find("\"***\"") != std::string::npos;
  if (loaded.settings && !masked)
    VG_CHECK(load_text(shown, "shown.toml", {kDrivers, false}).settings.has_value());
  return 0;
}
