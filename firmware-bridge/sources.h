// Every way that readings come in, by the name of its driver.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "config/rules.h"
#include "config/settings.h"
#include "firmware-bridge/source.h"

namespace vitalgate::bridge {

struct DriverTitle {
  std::string_view name;  // setting `device.driver`
  std::string_view title;
};

// Serial drivers first, then those that bring a source of their own.
std::span<const DriverTitle> drivers();
// Their names, in that order: what the settings loader accepts.
std::span<const std::string_view> driver_names();

// What settings get wrong for their driver: a line without columns, a message feed without an
// address to listen on.
std::vector<config::Flaw> source_flaws(const config::Settings& settings);

// The source of settings.devices[index], which passed source_flaws(). `marks`: how far it got
// when it ran last.
std::unique_ptr<Source> make_source(const config::Settings& settings, std::size_t index,
                                    std::span<const SourceMark> marks);

}  // namespace vitalgate::bridge
