// A Delivery of vitals batches of ten readings, and a buffer that knows only what waits.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

#include "agent/core/limits.h"
#include "sync/delivery/delivery.h"

namespace vitalgate::sync {

using namespace std::chrono_literals;
using Numbers = std::vector<BatchNumber>;

class DeliveryTest : public ::testing::Test {
 protected:
  static BatchInfo batch(BatchNumber number, bool backfill = false, Lane lane = Lane::vitals) {
    return {.key = {lane, number},
            .range = {number * 10 - 9, number * 10},
            .bytes = 100,
            .backfill = backfill};
  }
  static BatchKey key(BatchNumber number, Lane lane = Lane::vitals) { return {lane, number}; }
  std::vector<BatchNumber> send_all() {
    std::vector<BatchNumber> numbers;
    while (const auto send = delivery_.next(now_)) numbers.push_back(send->batch.key.number);
    return numbers;
  }

  Delivery delivery_{{.window = 3, .answer_timeout = 20s}};
  Clock::time_point now_ = Clock::now();
};

// A buffer that knows only which batches are sealed and unconfirmed.
class BacklogTest : public DeliveryTest {
 protected:
  void seal(BatchNumber number, bool backfill, Lane lane = Lane::vitals) {
    const BatchInfo info = batch(number, backfill, lane);
    waiting_.emplace(info.key, info);
    delivery_.add(info);
  }

  void refill() {
    for (const Lane lane : kLanes) {
      const auto wanted = delivery_.wants(lane);
      if (!wanted) continue;
      std::vector<BatchInfo> found;
      for (const auto& [key, info] : waiting_)
        if (key.lane == lane && (wanted->newest_first ? info.range.last < wanted->edge
                                                      : info.range.first > wanted->edge))
          found.push_back(info);
      if (wanted->newest_first) std::reverse(found.begin(), found.end());
      found.resize(std::min(found.size(), wanted->limit));
      delivery_.refill(lane, *wanted, found);
    }
  }

  // What is sent when every batch is confirmed at once.
  std::vector<BatchKey> drain(std::size_t at_most = 1'000'000) {
    std::vector<BatchKey> sent;
    for (;;) {
      refill();
      const auto send = sent.size() < at_most ? delivery_.next(now_) : std::nullopt;
      if (!send) return sent;
      EXPECT_LE(delivery_.counts().queued(), 2 * limits::kBacklogLookahead);
      sent.push_back(send->batch.key);
      confirm(send->batch.key);
    }
  }

  void confirm(BatchKey key) {
    waiting_.erase(key);
    delivery_.confirmed(key);
  }

  std::map<BatchKey, BatchInfo> waiting_;
};

}  // namespace vitalgate::sync
