// The line driver: for the device nobody foresaw, as long as it prints lines.
//
// DeviceSettings.pattern is a regular expression that a whole line has to match; each [[column]]
// of the device takes one of its groups as a value. The syntax is RE2's (linear time, no
// backreferences and no lookaround), on bytes. Lines end with CR, LF or both and have at most
// kPatternLineBytesMax characters without it; one that does not match is counted as a bad frame.
//
// A group that took no part in the match, is empty, blank, or says the column's `missing` text is
// "no value". A group that is no number is an error, unless its metric is a text.
//
// Pure; any thread.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "agent/core/result.h"
#include "config/settings.h"
#include "firmware-bridge/serial/driver.h"

namespace vitalgate::bridge {

inline constexpr std::size_t kPatternLineBytesMax = 256;
inline constexpr std::size_t kPatternGroupsMax = 32;

// Whether the line driver can work with this: a pattern that compiles, groups that it has, metrics
// and units that the catalogue has. `columns` are those of one device.
Result<> check_line_pattern(std::string_view pattern,
                            std::span<const config::ColumnSettings> columns);

// `device.pattern` and those of `columns` that are the device's have passed check_line_pattern().
std::unique_ptr<Driver> make_line_pattern(const config::DeviceSettings& device,
                                          std::span<const config::ColumnSettings> columns);

}  // namespace vitalgate::bridge
