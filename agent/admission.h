// Admission: is this reading believable enough to enter a stream?
//
// First form: the device is configured, the metric is in the catalogue, the unit is the metric's,
// the value is inside the hard range. Everything else is held back with the rule's name and a
// reason. Also decides whose time `observed_at` is. Pure; allocates nothing when it accepts.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "agent/core/reading.h"
#include "config/settings.h"
#include "sync/batch/row_writer.h"

namespace vitalgate {

struct Judgement {
  sync::Row row;          // as far as it is known; refers into the Arrival
  std::string_view rule;  // empty: accepted. Else `device`, `metric`, `unit` or `range`
  std::string reason;     // for a person; may hold the value: patient data
  [[nodiscard]] bool accepted() const { return rule.empty(); }
};

class Admission {
 public:
  // `devices` must outlive this.
  explicit Admission(std::span<const config::DeviceSettings> devices) : devices_(devices) {}

  // The device's settings, or nothing when it is not configured.
  [[nodiscard]] const config::DeviceSettings* device(std::string_view id) const;

  // `device` is what device(arrival.device) gave.
  [[nodiscard]] Judgement judge(const config::DeviceSettings* device, const Arrival& arrival,
                                const Reading& reading) const;

 private:
  std::span<const config::DeviceSettings> devices_;
};

}  // namespace vitalgate
