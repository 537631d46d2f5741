// A real buffer in a folder of its own, filled with heart rates.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <optional>

#include "sync/batch/envelope.h"
#include "sync/buffer/buffer.h"
#include "tests/support/key_file.h"
#include "tests/support/temp_dir.h"

namespace vitalgate::sync {

class BufferFixture : public ::testing::Test {
 protected:
  void SetUp() override { reopen(); }

  void reopen() {
    buffer_.reset();
    auto opened = Buffer::open(options_, now_);
    ASSERT_TRUE(opened) << opened.error().what;
    buffer_.emplace(*std::move(opened));
  }

  Sequence append(int value, Lane lane = Lane::vitals) {
    const Value heart_rate = Decimal::of(value);
    const Row row{.metric = config::find(config::metric::kHeartRateEcg),
                  .device = "ivy-1",
                  .observed = wall_,
                  .received = wall_,
                  .value = &heart_rate,
                  .unit = config::unit::kPerMinute,
                  .flags = {},
                  .raw = {}};
    return buffer_->append(lane, row, 0, now_).sequence;
  }

  std::vector<BatchInfo> commit(bool seal_all = false) {
    auto sealed =
        buffer_->commit({.now = now_, .wall = wall_, .backfill = false, .seal_all = seal_all});
    EXPECT_TRUE(sealed) << sealed.error().what;
    return sealed ? *std::move(sealed) : std::vector<BatchInfo>{};
  }

  std::vector<BatchInfo> confirm(std::size_t destination, StreamRef stream, Range range) {
    auto complete = buffer_->confirm(destination, stream, range);
    EXPECT_TRUE(complete) << complete.error().what;
    return complete ? *std::move(complete) : std::vector<BatchInfo>{};
  }

  // `count` readings as one committed, sealed batch.
  BatchInfo sealed_batch(int count) {
    for (int i = 0; i < count; ++i) append(60 + i % 100);
    const auto sealed = commit(/*seal_all=*/true);
    EXPECT_EQ(sealed.size(), 1u);
    return sealed.at(0);
  }

  std::string event(const BatchInfo& batch) {
    auto body = buffer_->read(batch);
    EXPECT_TRUE(body) << body.error().what;
    std::string text = body->head;
    for (std::size_t i = 0; i < body->segments.size(); ++i)
      text += (i == 0 ? "" : ",") + body->segments[i];
    return text + std::string(kEnvelopeTail);
  }

  void pass(std::chrono::milliseconds time) {
    now_ += time;
    wall_ += time;
  }

  [[nodiscard]] std::filesystem::path database() const {
    return options_.directory / "store" / "buffer.db";
  }

  test::TempDir directory_;
  BufferOptions options_{
      .directory = directory_.path() / "state",
      .gateway = "clinic-042",
      .site = "site-17",
      .agent_version = "1.0.0",
      .config_version = 1,
      .destinations = {"hub"},
      .batch = {.max_readings = 10, .max_bytes = 60'000, .max_age = std::chrono::seconds(10)},
      .keep_sent = std::chrono::hours(24),
      .max_disk_bytes = 64'000'000,
      .keys = {.reference = test::write_key(directory_.path() / "buffer.key"),
               .old_reference = {},
               .recovery_public = {}}};
  Clock::time_point now_ = Clock::now();
  WallTime wall_ = *parse_rfc3339("2026-03-02T14:05:07.120Z");
  std::optional<Buffer> buffer_;
};

}  // namespace vitalgate::sync
