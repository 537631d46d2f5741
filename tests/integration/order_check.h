// Whether the messages of one monitor arrived in the order it sent them, none of them twice.
//
// The monitor must run in counter mode (tests/clinic/counter.h). Messages that nobody heard, since
// the agent was dead or the reader slow, are gaps and no fault; going back or standing still is.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace vitalgate::test {

struct OrderReport {
  std::uint64_t messages = 0;       // that arrived whole
  std::uint64_t skipped = 0;        // numbers left out between them
  std::uint64_t runs = 0;           // stretches without a gap; an agent that lives makes one
  std::vector<std::string> faults;  // one line each; only the first few
};

// `rows` are one device's, in order of sequence; `rate_mdc` is the MDC code of the row that holds
// the counting pulse rate.
OrderReport check_order(const std::vector<nlohmann::json>& rows, std::uint32_t rate_mdc);

}  // namespace vitalgate::test
