#include "tests/integration/order_check.h"

#include <fmt/format.h>

#include <optional>

#include "tests/clinic/counter.h"

namespace vitalgate::test {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kFaultsMax = 5;

class Order {
 public:
  explicit Order(std::uint32_t rate_mdc) : rate_mdc_(rate_mdc) {}

  void take(const Json& row) {
    const bool is_rate = row.value("mdc", 0u) == rate_mdc_;
    const bool is_spo2 = row.value("metric", "") == "spo2";
    if (!is_rate && !is_spo2) return;
    const std::uint64_t seq = row.value("seq", std::uint64_t{0});
    if (!row.contains("value_num")) return fault(seq, "a counting value is missing");
    std::optional<int>& half = is_rate ? rate_ : spo2_;
    if (half) fault(seq, "one half of a message came twice, or its other half never");
    half = row.at("value_num").get<int>();
    if (rate_ && spo2_) pair(seq);
  }

  OrderReport finish() {
    if (rate_ || spo2_) fault(0, "the last message came only in part");
    return std::move(report_);
  }

 private:
  void pair(std::uint64_t seq) {
    const std::uint64_t message = clinic::message_of({*rate_, *spo2_});
    rate_.reset();
    spo2_.reset();
    if (message == clinic::kCounterCycle) return fault(seq, "values that were never sent");
    ++report_.messages;
    if (before_) {
      step(seq, message);
    } else {
      report_.runs = 1;
    }
    before_ = message;
  }

  void step(std::uint64_t seq, std::uint64_t message) {
    const std::uint64_t by = (message + clinic::kCounterCycle - *before_) % clinic::kCounterCycle;
    if (by == 0) return fault(seq, fmt::format("message {} came twice", message));
    if (by > clinic::kCounterCycle / 2) {
      return fault(seq, fmt::format("message {} came after message {}", message, *before_));
    }
    report_.skipped += by - 1;
    if (by > 1) ++report_.runs;
  }

  void fault(std::uint64_t seq, const std::string& what) {
    if (report_.faults.size() < kFaultsMax) {
      report_.faults.push_back(fmt::format("seq {}: {}", seq, what));
    }
  }

  const std::uint32_t rate_mdc_;
  std::optional<int> rate_;
  std::optional<int> spo2_;
  std::optional<std::uint64_t> before_;
  OrderReport report_;
};

}  // namespace

OrderReport check_order(const std::vector<Json>& rows, std::uint32_t rate_mdc) {
  Order order(rate_mdc);
  for (const Json& row : rows) order.take(row);
  return order.finish();
}

}  // namespace vitalgate::test
