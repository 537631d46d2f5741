// What a person may choose about the delivery to one destination.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "config/settings.h"

namespace vitalgate::sync {

struct DeliveryLimits {
  std::size_t window = 16;                 // batches in flight
  std::uint64_t window_bytes = 4'000'000;  // of their rows, 0 for any; one batch may always go
  std::chrono::milliseconds answer_timeout{20'000};  // doubles with each repeat of a batch
  config::Acknowledge acknowledge = config::Acknowledge::hub;
  config::BacklogOrder backlog_order = config::BacklogOrder::oldest_first;
  unsigned backlog_share_percent = 100;            // of the window, that old batches may take
  std::optional<std::uint64_t> backlog_rate = {};  // bytes a second of old batches
  std::chrono::milliseconds retry_max{300'000};
  std::uint64_t seed = 1;  // of the waits: same seed, same waits
};

}  // namespace vitalgate::sync
