#include "firmware-bridge/serial/line_pattern.h"

#include <re2/re2.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "agent/core/check.h"
#include "agent/core/text.h"
#include "config/catalogue.h"
#include "firmware-bridge/serial/line_driver.h"

namespace vitalgate::bridge {
namespace {

constexpr std::size_t kPatternBytesMax = 1024;
constexpr std::int64_t kPatternMemory = 1 << 20;

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

std::unique_ptr<re2::RE2> compiled(std::string_view pattern) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_encoding(re2::RE2::Options::EncodingLatin1);  // bytes, whatever a device sends
  options.set_max_mem(kPatternMemory);
  return std::make_unique<re2::RE2>(piece(pattern), options);
}

struct Column {
  std::size_t group;
  const config::Metric* metric;
  std::string missing;
};

Result<Column> to_column(const config::ColumnSettings& settings, int groups) {
  const config::Metric* metric = config::find(settings.metric, settings.unit);
  if (settings.group < 1 || settings.group > groups)
    return Error{
        Errc::rejected, "the pattern has no group " + std::to_string(unsigned{settings.group}),
        "column.group counts the pattern's ( ) from 1; there are " + std::to_string(groups)};
  if (metric == nullptr || metric->is_open())
    return Error{Errc::rejected, "no metric '" + settings.metric + "' in '" + settings.unit + "'",
                 "use a metric and unit of the catalogue (column.metric, column.unit)"};
  return Column{settings.group, metric, settings.missing};
}

Value to_value(std::string_view text, const Column& column) {
  text = trim(text);
  if (text.empty() || text == trim(column.missing)) return Absent::no_signal;
  if (column.metric->unit == config::unit::kNone) return std::string(text);
  const auto number = Decimal::parse(text);
  if (!number) return Absent::error;
  return *number;
}

class PatternDriver : public LineDriver {
 public:
  PatternDriver(std::unique_ptr<re2::RE2> pattern, std::vector<Column> columns)
      : LineDriver(kPatternLineBytesMax),
        pattern_(std::move(pattern)),
        columns_(std::move(columns)) {}

 private:
  Line take(std::string_view line, std::vector<Reading>& out) override {
    std::array<re2::StringPiece, kPatternGroupsMax + 1> groups;
    const int count = pattern_->NumberOfCapturingGroups() + 1;
    if (!pattern_->Match(piece(line), 0, line.size(), re2::RE2::ANCHOR_BOTH, groups.data(), count))
      return Line::bad;
    for (const Column& column : columns_) {
      const re2::StringPiece& group = groups[column.group];
      const std::string_view text = group.data() == nullptr
                                        ? std::string_view{}
                                        : std::string_view(group.data(), group.size());
      Reading reading;
      reading.metric = column.metric->id;
      reading.unit = column.metric->unit;
      reading.value = to_value(text, column);
      reading.group = columns_.size() > 1 ? 1 : 0;
      reading.raw = span_in(line, text);
      out.push_back(std::move(reading));
    }
    return Line::frame;
  }

  std::unique_ptr<re2::RE2> pattern_;
  std::vector<Column> columns_;
};

}  // namespace

Result<> check_line_pattern(std::string_view pattern,
                            std::span<const config::ColumnSettings> columns) {
  if (pattern.empty() || pattern.size() > kPatternBytesMax)
    return Error{Errc::rejected, "a pattern has 1 to 1024 characters",
                 "device.pattern = '^TEMP=([0-9.]+)$' and a [[column]] for group 1"};
  const auto regex = compiled(pattern);
  if (!regex->ok())
    return Error{Errc::rejected, "the pattern is wrong: " + regex->error(),
                 "the syntax is RE2's: no backreferences, no (?=...) (device.pattern)"};
  const int groups = regex->NumberOfCapturingGroups();
  if (groups > static_cast<int>(kPatternGroupsMax))
    return Error{Errc::rejected, "the pattern has more than 32 groups", "use (?:...) for some"};
  if (columns.empty())
    return Error{Errc::rejected, "no column says what the pattern's groups are",
                 "add a [[column]] with device, group and metric"};
  for (const config::ColumnSettings& column : columns) VG_TRY(to_column(column, groups));
  return {};
}

std::unique_ptr<Driver> make_line_pattern(const config::DeviceSettings& device,
                                          std::span<const config::ColumnSettings> columns) {
  auto pattern = compiled(device.pattern);
  VG_CHECK(pattern->ok());
  std::vector<Column> own;
  for (const config::ColumnSettings& column : columns)
    if (column.device == device.id)
      own.push_back(*to_column(column, pattern->NumberOfCapturingGroups()));
  return std::make_unique<PatternDriver>(std::move(pattern), std::move(own));
}

}  // namespace vitalgate::bridge
