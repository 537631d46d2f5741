// Admission: is this reading believable enough to enter a stream?
//
// First form: the device or sensor is configured, the metric is in the catalogue, the unit is the
// metric's, the value is inside the hard range. Everything else is held back with the rule's name
// and a reason. Also decides whose time `observed_at` is. Pure; allocates nothing when it accepts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

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
  // Where readings may come from: a configured device, or a sensor behind one.
  struct Origin {
    std::string_view id;
    Lane lane = Lane::vitals;
    bool keep_raw = false;
  };

  // `settings` must outlive this.
  explicit Admission(const config::Settings& settings);

  // Nothing when there is none of that id.
  [[nodiscard]] const Origin* origin(std::string_view id) const;

  // `origin` is what origin(arrival.device) gave.
  [[nodiscard]] Judgement judge(const Origin* origin, const Arrival& arrival,
                                const Reading& reading) const;

 private:
  std::vector<Origin> origins_;
};

}  // namespace vitalgate
