#include "sync/buffer/ranges.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace vitalgate::sync {
namespace {

using Ranges = std::vector<Range>;

TEST(RangeSetTest, NeighboursBecomeOne) {
  RangeSet set;
  EXPECT_EQ(set.add({1, 10}), (Ranges{{1, 10}}));
  EXPECT_EQ(set.add({21, 30}), (Ranges{{21, 30}}));
  EXPECT_EQ(set.add({11, 20}), (Ranges{{11, 20}}));
  EXPECT_EQ(set.ranges(), (Ranges{{1, 30}}));
}

TEST(RangeSetTest, OnlyWhatIsNewIsGivenBack) {
  RangeSet set;
  set.add({5, 6});
  set.add({9, 9});
  EXPECT_EQ(set.add({1, 12}), (Ranges{{1, 4}, {7, 8}, {10, 12}}));
  EXPECT_TRUE(set.add({3, 11}).empty());
}

TEST(RangeSetTest, AgreesWithAPlainSetOnAnyInput) {
  std::mt19937 random(20261120);
  for (int round = 0; round < 300; ++round) {
    RangeSet ranges;
    std::set<Sequence> plain;
    for (int step = 0; step < 30; ++step) {
      const Sequence first = random() % 60 + 1;
      const Sequence last = first + random() % 12;
      std::set<Sequence> fresh;
      for (const Range& range : ranges.add({first, last}))
        for (Sequence n = range.first; n <= range.last; ++n) fresh.insert(n);
      for (Sequence n = first; n <= last; ++n)
        EXPECT_EQ(fresh.contains(n), plain.insert(n).second) << "round " << round;
      const Sequence a = random() % 60 + 1, b = a + random() % 5;
      bool all = true;
      for (Sequence n = a; n <= b; ++n) all = all && plain.contains(n);
      EXPECT_EQ(ranges.contains({a, b}), all);
    }
    Sequence before = 0;
    for (const Range& range : ranges.ranges()) {
      EXPECT_TRUE(before == 0 || range.first > before + 1) << "two ranges touch";
      before = range.last;
    }
  }
}

}  // namespace
}  // namespace vitalgate::sync
