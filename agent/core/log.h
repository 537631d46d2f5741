// One line an event: to the journal with fields when the service manager started us, to stderr
// otherwise.
//
//   log::warning("device.disconnected", "port is gone", {{"source", "ivy-bay1"}});
//
// Event names are `area.past_participle` and stable enough to alert on. Only agent/ logs;
// libraries return Error. Never patient data: fields are ids, counts, paths and our own words.
// Any thread. Volume is bounded: limits::kLogLinesPerEventPerMinute of one event name, then a
// count of what was left out.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace vitalgate::log {

enum class Level : std::uint8_t { debug, info, warning, error, off };  // off: no setting

struct Field {
  Field(std::string_view name, std::string_view text) : key(name), value(text) {}
  Field(std::string_view name, const char* text) : key(name), value(text) {}
  template <class Number>
  requires std::is_arithmetic_v<Number> Field(std::string_view name, Number number)
      : key(name), value(std::to_string(number)) {}

  std::string key;  // lower case, letters and '_'
  std::string value;
};

// Lines below `level` are dropped. Default info.
void set_level(Level level);
std::optional<Level> level_from(std::string_view word);

void write(Level level, std::string_view event, std::string_view text,
           std::initializer_list<Field> fields);

inline void debug(std::string_view event, std::string_view text,
                  std::initializer_list<Field> fields = {}) {
  write(Level::debug, event, text, fields);
}
inline void info(std::string_view event, std::string_view text,
                 std::initializer_list<Field> fields = {}) {
  write(Level::info, event, text, fields);
}
inline void warning(std::string_view event, std::string_view text,
                    std::initializer_list<Field> fields = {}) {
  write(Level::warning, event, text, fields);
}
inline void error(std::string_view event, std::string_view text,
                  std::initializer_list<Field> fields = {}) {
  write(Level::error, event, text, fields);
}

}  // namespace vitalgate::log
