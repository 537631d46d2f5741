#include "agent/buffer_options.h"

#include "agent/version.h"

namespace vitalgate {

sync::BufferOptions buffer_options(const config::Settings& settings) {
  const config::BufferSettings& buffer = settings.buffer;
  sync::BufferOptions options{
      .directory = buffer.directory,
      .gateway = settings.gateway.id,
      .site = settings.gateway.site_id,
      .agent_version = std::string(kVersion),
      .config_version = settings.version,
      .destinations = {},
      .batch = {.max_readings = settings.upload.max_readings,
                .max_bytes = settings.upload.max_bytes,
                .max_age = settings.upload.max_age},
      .keep_sent = buffer.keep_sent,
      .max_disk_bytes = buffer.max_disk_bytes,
      .ballast_bytes = buffer.ballast_bytes,
      .quota_percent = buffer.quota_percent,
      .when_full = buffer.when_full,
      .keys = {.reference = buffer.key,
               .old_reference = buffer.old_key.value_or(""),
               .recovery_public = buffer.recovery_key.value_or("")},
  };
  for (const auto& destination : settings.destinations) {
    if (!destination.required)
      options.best_effort |= std::uint32_t{1} << options.destinations.size();
    options.destinations.push_back(destination.name);
  }
  return options;
}

}  // namespace vitalgate
