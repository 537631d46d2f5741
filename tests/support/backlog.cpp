#include "tests/support/backlog.h"

#include "agent/buffer_options.h"
#include "config/loader.h"
#include "sync/buffer/buffer.h"
#include "tests/bench/ward.h"
#include "tests/support/failure.h"

namespace vitalgate::test {
namespace {

constexpr std::uint64_t kPerCommit = 1000;

Result<> fill(const config::Settings& settings, std::uint64_t readings,
              std::chrono::milliseconds outage) {
  sync::Buffer buffer = VG_TRY(sync::Buffer::open(buffer_options(settings), Clock::now()));
  bench::Ward ward;
  const WallTime end = wall_now();
  const auto count = static_cast<std::int64_t>(readings);
  for (std::int64_t done = 0; done < count;) {
    const auto now = Clock::now();
    WallTime received;
    for (std::uint64_t i = 0; i < kPerCommit && done < count; ++i, ++done) {
      sync::Row row = ward.next();
      received = end - outage + outage * done / count;
      row.observed = received;
      row.received = received;
      buffer.append(Lane::vitals, row, 0, now);
    }
    VG_TRY(
        buffer.commit({.now = now, .wall = received, .backfill = true, .seal_all = done == count}));
  }
  return buffer.close();
}

}  // namespace

void fill_backlog(const std::filesystem::path& configuration, std::uint64_t readings,
                  std::chrono::seconds outage) {
  const auto loaded = config::load(configuration, {});
  if (!loaded.settings)
    throw Failure("cannot load " + configuration.string(),
                  "vitalgated --config " + configuration.string());
  if (const auto filled = fill(*loaded.settings, readings, outage); !filled)
    throw Failure("cannot fill the store: " + filled.error().what, filled.error().hint);
}

}  // namespace vitalgate::test
