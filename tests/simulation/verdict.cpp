// When the week is over: is everything where it must be, and do the counts add up?
#include <fmt/format.h>

#include "tests/simulation/clinic.h"

namespace vitalgate::simulation {

using Fate = Hub::Fate;

bool Clinic::is_drained() const {
  if (!gateway_ || stopping_ || buffer_->needs_mending()) return false;
  for (const auto& device : devices_)
    if (device->is_owed()) return false;
  return buffer_->totals().waiting == 0 && buffer_->staged_bytes() == 0;
}

void Clinic::judge() {
  if (stage_.violation()) return;
  if (!is_drained()) {
    std::size_t owed = 0;
    for (const auto& device : devices_) owed += device->is_owed() ? 1 : 0;
    return stage_.broken(fmt::format(
        "P3: {} hours after the last fault {} readings still wait and {} devices are not told",
        kDrainMax.count(), buffer_ ? buffer_->totals().waiting : 0, owed));
  }
  for (std::size_t i = 0; i < hubs_.size(); ++i)
    for (const auto& [name, stream] : ledger_.streams())
      judge_stream(*hubs_[i], scenario_.settings.destinations[i].required, name, stream);
  judge_doubles();
  judge_quarantine();
}

void Clinic::judge_quarantine() {
  std::uint64_t due = ledger_.held();
  // What was given up is not asked about any more.
  for (std::size_t i = 0; i < hubs_.size() && !scenario_.may_drop(); ++i)
    if (scenario_.settings.destinations[i].required) due += hubs_[i]->refused();
  const auto quarantined = static_cast<std::uint64_t>(buffer_->totals().quarantined);
  if (quarantined < due)
    stage_.broken(fmt::format("P4: {} readings were held back or refused, {} are in quarantine",
                              due, quarantined));
}

// last - first + 1 = received + quarantined + dropped, for every stretch from 1 on.
void Clinic::judge_stream(const Hub& hub, bool required, const std::string& name,
                          const Ledger::Stream& stream) {
  const Sequence highest = hub.highest(name);
  for (Sequence sequence = 1; sequence < std::max<std::size_t>(stream.size(), highest + 1);
       ++sequence) {
    const Fate fate = hub.fate(name, sequence);
    const bool promised = sequence < stream.size() && stream[sequence].promised;
    if (fate == Fate::missing && required && promised)
      return stage_.broken(
          fmt::format("P1/P3: a reading that was stored never arrived: {} {}", name, sequence));
    if (fate == Fate::missing && required && sequence <= highest)
      return stage_.broken(fmt::format("P4: a gap that nobody declared: {} {}", name, sequence));
    if (fate == Fate::dropped && required && !scenario_.may_drop())
      return stage_.broken(
          fmt::format("P4: a reading is given up although none may be: {} {}", name, sequence));
  }
}

// A device that says how far it is has each of its readings arrive under one number.
void Clinic::judge_doubles() {
  std::vector<std::map<std::uint32_t, Sequence>> known(devices_.size());
  for (const auto& [name, stream] : ledger_.streams())
    for (Sequence sequence = 1; sequence < stream.size(); ++sequence) {
      const Row& row = stream[sequence];
      if (scenario_.devices.at(row.device).manner != Manner::resumes) continue;
      if (hubs_.front()->fate(name, sequence) == Fate::missing) continue;
      const auto [first, fresh] = known.at(row.device).emplace(row.number, sequence);
      if (!fresh)
        return stage_.broken(fmt::format("P5: one record has two numbers: {} {} and {}", name,
                                         first->second, sequence));
    }
}

}  // namespace vitalgate::simulation
