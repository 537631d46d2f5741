#include "firmware-bridge/source_reports.h"

#include <utility>

namespace vitalgate::bridge {

bool SourceReports::state(const Emit& emit, SourceReport report) {
  if (reported_ && reported_->state == report.state && reported_->what == report.what) return true;
  reported_ = report;
  return emit({index_, std::move(report)});
}

bool SourceReports::counts(const Emit& emit, const SourceCounts& counts) {
  const auto now = Clock::now();
  if (counts == counted_ || now - counted_at_ < std::chrono::seconds(1)) return true;
  counted_ = counts;
  counted_at_ = now;
  return emit({index_, counts});
}

}  // namespace vitalgate::bridge
