#include "agent/core/log.h"

#define SD_JOURNAL_SUPPRESS_LOCATION 1
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <charconv>
#include <cstdlib>
#include <map>
#include <mutex>
#include <type_traits>
#include <vector>

#include "agent/core/clock.h"
#include "agent/core/limits.h"

namespace vitalgate::log {
namespace {

constexpr std::array<std::string_view, 4> kWords{"debug", "info", "warning", "error"};
constexpr std::array<char, 4> kSyslogPriorities{'7', '6', '4', '3'};

std::atomic<Level> threshold{Level::info};

std::string_view word(Level level) { return kWords.at(static_cast<std::size_t>(level)); }

// $JOURNAL_STREAM names the device and inode of the journal's socket; ours when it is stderr's.
bool stderr_is_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat status {};
  if (stream == nullptr || fstat(STDERR_FILENO, &status) != 0) return false;
  return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino) == stream;
}

// Counts lines of one event name in the current minute; says how many were left out before.
class Budget {
 public:
  // Nothing when the line must be left out, else how many were left out before it.
  std::optional<std::uint32_t> spend(std::string_view event) {
    const std::scoped_lock lock(mutex_);
    const auto now = Clock::now();
    auto found = events_.find(event);
    if (found == events_.end()) found = events_.emplace(std::string(event), Count{now}).first;
    Count& count = found->second;
    std::uint32_t left_out = 0;
    if (now - count.since >= std::chrono::minutes(1)) {
      left_out = count.written > limits::kLogLinesPerEventPerMinute
                     ? count.written - limits::kLogLinesPerEventPerMinute
                     : 0;
      count = Count{now};
    }
    if (++count.written > limits::kLogLinesPerEventPerMinute) return std::nullopt;
    return left_out;
  }

 private:
  struct Count {
    Clock::time_point since;
    std::uint32_t written = 0;
  };
  std::mutex mutex_;
  std::map<std::string, Count, std::less<>> events_;  // event names are literals: bounded
};

// A value with a line break or a quote would forge a second line or field.
void append_value(std::string& out, std::string_view value) {
  const bool quote = value.empty() || value.find_first_of(" \"=") != std::string_view::npos;
  if (quote) out.push_back('"');
  for (const char c : value) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c);
  }
  if (quote) out.push_back('"');
}

void to_stderr(Level level, std::string_view event, std::string_view text,
               std::initializer_list<Field> fields, std::uint32_t left_out) {
  std::string line = to_rfc3339(wall_now());
  line.append(" ").append(word(level)).append(" ").append(event).append(": ").append(text);
  for (const Field& field : fields) {
    line.append(" ").append(field.key).append("=");
    append_value(line, field.value);
  }
  if (left_out > 0) line.append(" left_out=").append(std::to_string(left_out));
  line.push_back('\n');
  // One write, so that lines of several threads never mix; a closed stderr has no remedy.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

void to_journal(Level level, std::string_view event, std::string_view text,
                std::initializer_list<Field> fields, std::uint32_t left_out) {
  std::vector<std::string> entries;
  entries.reserve(fields.size() + 4);
  entries.push_back(std::string("MESSAGE=").append(event).append(": ").append(text));
  entries.push_back(std::string("PRIORITY=") +
                    kSyslogPriorities.at(static_cast<std::size_t>(level)));
  entries.push_back(std::string("VITALGATE_EVENT=").append(event));
  if (left_out > 0) entries.push_back("VITALGATE_LEFT_OUT=" + std::to_string(left_out));
  for (const Field& field : fields) {
    std::string entry = "VITALGATE_";
    for (const char c : field.key)
      entry.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
    entries.push_back(entry.append("=").append(field.value));
  }
  std::vector<iovec> vectors;
  vectors.reserve(entries.size());
  for (std::string& entry : entries) vectors.push_back({entry.data(), entry.size()});
  if (sd_journal_sendv(vectors.data(), static_cast<int>(vectors.size())) < 0)
    to_stderr(level, event, text, fields, left_out);
}

}  // namespace

void set_level(Level level) { threshold.store(level, std::memory_order_relaxed); }

std::optional<Level> level_from(std::string_view text) {
  for (std::size_t i = 0; i < kWords.size(); ++i)
    if (kWords[i] == text) return static_cast<Level>(i);
  return std::nullopt;
}

void write(Level level, std::string_view event, std::string_view text,
           std::initializer_list<Field> fields) {
  if (level < threshold.load(std::memory_order_relaxed)) return;
  static Budget budget;
  static const bool journal = stderr_is_journal();
  const auto left_out = budget.spend(event);
  if (!left_out) return;
  if (journal)
    to_journal(level, event, text, fields, *left_out);
  else
    to_stderr(level, event, text, fields, *left_out);
}

}  // namespace vitalgate::log
