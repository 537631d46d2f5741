// How a checked Value gets into its field of Settings: one set_*<&Struct::field> for each table.
// Only keys.cpp includes this. The value has passed its key's check, so nothing here can fail.
#pragma once

#include <chrono>
#include <concepts>
#include <filesystem>
#include <optional>
#include <string>

#include "config/keys.h"

namespace vitalgate::config::setters {

inline void put(std::string& field, const Value& value) { field = value.text; }
inline void put(std::filesystem::path& field, const Value& value) { field = value.text; }
inline void put(bool& field, const Value& value) { field = value.number != 0; }
inline void put(Lane& field, const Value& value) {
  field = lane_from(value.text).value_or(Lane::vitals);
}
inline void put(log::Level& field, const Value& value) {
  field = log::level_from(value.text).value_or(log::Level::info);
}
inline void put(Acknowledge& field, const Value& value) {
  field = value.text == "transport" ? Acknowledge::transport : Acknowledge::hub;
}
inline void put(Transport& field, const Value& value) {
  field = value.text == "mqtt-websocket" ? Transport::mqtt_websocket
          : value.text == "https"        ? Transport::https
          : value.text == "auto"         ? Transport::automatic
                                         : Transport::mqtt;
}
inline void put(Compression& field, const Value& value) {
  field = value.text == "none"   ? Compression::none
          : value.text == "gzip" ? Compression::gzip
          : value.text == "zstd" ? Compression::zstd
                                 : Compression::automatic;
}
inline void put(BacklogOrder& field, const Value& value) {
  field = value.text == "newest-first" ? BacklogOrder::newest_first : BacklogOrder::oldest_first;
}
inline void put(WhenFull& field, const Value& value) {
  field = value.text == "drop-oldest-lowest" ? WhenFull::drop_lowest : WhenFull::wait;
}
inline void put(Parity& field, const Value& value) {
  field = value.text == "none"   ? Parity::none
          : value.text == "even" ? Parity::even
          : value.text == "odd"  ? Parity::odd
                                 : Parity::driver;
}
inline void put(RegisterKind& field, const Value& value) {
  field = value.text == "input" ? RegisterKind::input : RegisterKind::holding;
}
inline void put(RegisterType& field, const Value& value) {
  field = value.text == "s16"   ? RegisterType::s16
          : value.text == "u32" ? RegisterType::u32
          : value.text == "s32" ? RegisterType::s32
          : value.text == "f32" ? RegisterType::f32
                                : RegisterType::u16;
}
inline void put(WordOrder& field, const Value& value) {
  field = value.text == "low_first" ? WordOrder::low_first : WordOrder::high_first;
}
template <std::integral Number>
void put(Number& field, const Value& value) {
  field = static_cast<Number>(value.number);
}
template <class Rep, class Period>
void put(std::chrono::duration<Rep, Period>& field, const Value& value) {
  // Rounded up: a unit coarser than a millisecond must not make 500ms a zero.
  field = std::chrono::ceil<std::chrono::duration<Rep, Period>>(
      std::chrono::milliseconds(value.number));
}
template <class Field>
void put(std::optional<Field>& field, const Value& value) {
  put(field.emplace(), value);
}

template <auto Field>
void set_top(const Target& target, const Value& value) {
  put(target.settings.*Field, value);
}
template <auto Field>
void set_gateway(const Target& target, const Value& value) {
  put(target.settings.gateway.*Field, value);
}
template <auto Field>
void set_buffer(const Target& target, const Value& value) {
  put(target.settings.buffer.*Field, value);
}
template <Lane lane>
void set_quota(const Target& target, const Value& value) {
  put(target.settings.buffer.quota_percent.at(static_cast<std::size_t>(lane)), value);
}
template <auto Field>
void set_upload(const Target& target, const Value& value) {
  put(target.settings.upload.*Field, value);
}
template <auto Field>
void set_control(const Target& target, const Value& value) {
  put(target.settings.control.*Field, value);
}
template <auto Field>
void set_device(const Target& target, const Value& value) {
  put(target.device->*Field, value);
}
template <auto Field>
void set_column(const Target& target, const Value& value) {
  put(target.column->*Field, value);
}
template <auto Field>
void set_register(const Target& target, const Value& value) {
  put(target.reg->*Field, value);
}
template <auto Field>
void set_sensor(const Target& target, const Value& value) {
  put(target.sensor->*Field, value);
}
template <auto Field>
void set_destination(const Target& target, const Value& value) {
  put(target.destination->*Field, value);
}
inline void set_role(const Target& target, const Value& value) {
  target.destination->required = value.text == "required";
}

}  // namespace vitalgate::config::setters
