#include "sync/buffer/row_text.h"

#include <gtest/gtest.h>

#include <random>

#include "agent/core/limits.h"
#include "sync/batch/row_writer.h"
#include "sync/buffer/varint.h"

namespace vitalgate::sync {
namespace {

constexpr std::string_view kGateway = "clinic-042", kEpoch = "k7p3q9x2ab";
constexpr std::string_view kPrefix = "clinic-042.vitals-k7p3q9x2ab.";
constexpr char kAsTheyAre = '\0', kLines = '\1', kColumns = '\2';

WallTime at(std::string_view text) { return *parse_rfc3339(text); }

// Rows of one segment as RowWriter writes them.
class RowTextTest : public ::testing::Test {
 protected:
  // Numbers the next row; `group_first` as in RowWriter.
  void add(const Row& row, Sequence group_first = 0) {
    if (!rows_.empty()) rows_.push_back(',');
    writer_.append(rows_, row, range_.last++, group_first);
  }
  void add(std::string_view observed, std::string_view received, const Value& value) {
    Row row = pulse();
    row.observed = at(observed);
    row.received = at(received);
    row.value = &value;
    add(row);
  }
  static Row pulse() {
    static const Value kValue = Decimal::of(72);
    return {.metric = config::find(config::metric::kHeartRateEcg),
            .device = "monitor-1",
            .observed = at("2026-03-02T14:05:00.020Z"),
            .received = at("2026-03-02T14:05:00.097Z"),
            .value = &kValue,
            .unit = config::unit::kPerMinute,
            .flags = {},
            .raw = {}};
  }
  [[nodiscard]] Range range() const { return {range_.first, range_.last - 1}; }

  [[nodiscard]] std::string stored() {
    std::string out;
    shorten_rows(rows_, kPrefix, range(), book_, out);
    return out;
  }
  void expect_back() {
    const auto back = restore_rows(stored(), kPrefix, range());
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, rows_);
    EXPECT_EQ(stored().front(), kColumns);
  }
  // Whether a form or two and so many bytes a row are all that is stored.
  [[nodiscard]] bool is_short(std::size_t bytes_a_row) {
    return stored().size() < 1000 + bytes_a_row * range().count();
  }

  RowWriter writer_{kGateway, Lane::vitals, kEpoch};
  RowBook book_;               // each stored() finds in it what the one before left
  Range range_{93471, 93471};  // `last` is the next one here
  std::string rows_;
};

TEST_F(RowTextTest, EveryKindOfValueComesBackToTheLetter) {
  const std::array<Value, 14> values{Decimal::of(0),
                                     Decimal::of(98),
                                     Decimal::of(-7),
                                     Decimal::of(0, -2),
                                     Decimal::of(3760, -2),
                                     Decimal::of(-5, -1),
                                     Decimal::of(205, 1),
                                     Decimal::of(1, -12),
                                     Decimal::of(Decimal::kMantissaMax, 12),
                                     Decimal::of(-Decimal::kMantissaMax, -12),
                                     Value(std::string("a \"quoted\" \\ text,\"value_num\":1\n")),
                                     Value(std::string()),
                                     Value(true),
                                     Value(Absent::sensor_off)};
  for (int round = 0; round < 3; ++round)
    for (const Value& value : values) {
      Row row = pulse();
      row.value = &value;
      add(row);
    }
  expect_back();
}

TEST_F(RowTextTest, ARowLikeTheOneBeforeTakesAFewBytes) {
  for (int i = 0; i < 200; ++i)
    add("2026-03-02T14:05:01.000Z", "2026-03-02T14:05:01.071Z", Decimal::of(60 + i % 7));
  expect_back();
  EXPECT_TRUE(is_short(5));
}

TEST_F(RowTextTest, GroupsFlagsRawAndACorrectedClockComeBackInAFewBytes) {
  std::array<std::byte, 12> raw{};
  Sequence first = range_.last;
  for (int i = 0; i < 200; ++i) {
    Row row = pulse();
    if (i % 4 == 0) first = range_.last;
    row.group = 1;
    row.clock = ClockWord::corrected;
    row.clock_offset = std::chrono::milliseconds(-1200 + i % 5);
    row.flags.set(Flag::artifact);
    if (i % 2 == 0) row.flags.set(Flag::low_battery);
    raw[0] = static_cast<std::byte>(i);
    row.raw = raw;
    add(row, first);
  }
  expect_back();
  EXPECT_TRUE(is_short(7 + 17));
}

TEST_F(RowTextTest, TimesOnBothSidesOfAMinuteADayAndALeapDayComeBack) {
  const Value value = Decimal::of(1);
  for (const std::string_view time :
       {"2026-03-02T14:05:59.999Z", "2026-03-02T14:06:00.000Z", "2024-02-28T23:59:59.999Z",
        "2024-02-29T00:00:00.000Z", "2024-02-29T23:59:59.999Z", "2024-03-01T00:00:00.000Z",
        "1969-12-31T23:59:59.999Z", "1970-01-01T00:00:00.000Z", "0000-01-01T00:00:00.000Z",
        "9999-12-31T23:59:59.999Z", "1900-02-28T23:59:59.999Z"})
    add(time, "2026-03-02T14:05:00.097Z", value);
  add("2026-03-02T14:05:00.097Z", "0000-01-01T00:00:00.000Z", value);
  add("2026-03-02T14:05:00.097Z", "9999-12-31T23:59:59.999Z", value);
  expect_back();
}

TEST_F(RowTextTest, RowsOutOfTheOrderOfTimeComeBack) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 300; ++i) {
    Row row = pulse();
    row.observed -= std::chrono::milliseconds(random() % 100'000'000);
    row.received += std::chrono::milliseconds(random() % 100'000'000);
    add(row);
  }
  expect_back();
}

TEST_F(RowTextTest, MoreDevicesThanThereAreFormsComeBack) {
  for (int round = 0; round < 3; ++round)
    for (int i = 0; i < 300; ++i) {
      const std::string device = "monitor-" + std::to_string(i * 7 % 300);
      Row row = pulse();
      row.device = device;
      add(row);
    }
  expect_back();
}

TEST_F(RowTextTest, AnyMixtureOfDevicesMetricsAndValuesComesBack) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 1000; ++i) {
    const std::string device = "bay-" + std::to_string(random() % 40);
    const Value value = Decimal::of(static_cast<std::int64_t>(random() % 2000) - 100,
                                    -static_cast<int>(random() % 3));
    Row row = pulse();
    row.device = device;
    row.metric = &config::metrics()[random() % 8];
    row.observed += std::chrono::milliseconds(random() % 5000);
    if (random() % 5 == 0) row.flags.set(Flag::repeated_display);
    row.value = &value;
    add(row, random() % 4 == 0 ? range_.last - random() % 5 : 0);
  }
  expect_back();
}

TEST_F(RowTextTest, NumbersThatChangeTheirLengthComeBack) {
  for (const Sequence first :
       {Sequence{1}, Sequence{95}, Sequence{99'999'999'990}, limits::kSequenceMax - 15}) {
    range_ = {first, first};
    rows_.clear();
    for (int i = 0; i < 16; ++i) add(pulse());
    expect_back();
  }
}

// One byte of one row is another: rows of ours or not, they come back.
TEST_F(RowTextTest, WhatIsNotWrittenAsOursComesBackToTheLetter) {
  const Value value = Decimal::of(376, -1);
  const Value text = std::string("sinus");
  for (int i = 0; i < 4; ++i) {
    add("2026-03-02T14:05:01.000Z", "2026-03-02T14:05:01.071Z", value);
    add("2026-03-02T14:05:01.000Z", "2026-03-02T14:05:01.071Z", text);
    add(pulse(), range_.first);
  }
  const std::string sound = rows_;
  std::size_t columns = 0;
  std::string out;
  for (std::size_t at = 0; at < sound.size(); ++at)
    for (const char other : {'0', '9', '"', ',', '}', '-', '.', '\0', '\n'}) {
      std::string rows = sound;
      rows[at] = other;
      shorten_rows(rows, kPrefix, range(), book_, out);
      columns += out.front() == kColumns ? 1 : 0;
      const auto back = restore_rows(out, kPrefix, range());
      ASSERT_TRUE(back) << at;
      ASSERT_EQ(*back, rows) << at;
    }
  EXPECT_GT(columns, sound.size() * 5);  // nearly always as columns all the same
}

TEST_F(RowTextTest, NumbersThatAreNotOursComeBackToTheLetter) {
  for (const std::string_view number :
       {"007", "-0", "-0.0", "00.5", "1.", "1e5", "1234567890123456", "0.1234567890123", "null",
        "12345678901234567890123", "-", ""}) {
    for (int i = 0; i < 3; ++i) add(pulse());
    const std::size_t at = rows_.rfind("72");
    rows_.replace(at, 2, number);
  }
  expect_back();
}

TEST_F(RowTextTest, RowsWithoutTimesComeBackWithoutTheirIds) {
  rows_ = R"({"reading_id":"clinic-042.vitals-k7p3q9x2ab.000000000041","seq":41,"value_num":1},)"
          R"({"reading_id":"clinic-042.vitals-k7p3q9x2ab.000000000042","seq":42,"value_text":)"
          R"("},{\"reading_id\":\""})";
  range_ = {41, 43};
  expect_back();
  EXPECT_LT(stored().size(), rows_.size() - 110);
}

// Forms that say "as the one before, and as much again" are no way around the bound either.
TEST_F(RowTextTest, FormsThatWouldGrowBeyondAllBoundsAreRefused) {
  std::string forms("\0\0\0", 3);
  put_varint(forms, 1000);
  forms.append(1000, 'x');
  std::size_t size = 1000;
  constexpr std::size_t kForms = 200;
  for (std::size_t i = 1; i < kForms; ++i) {
    forms.push_back('\0');
    put_varint(forms, size);
    put_varint(forms, 0);
    put_varint(forms, 100'000);
    forms.append(i < 15 ? 100'000 : 0, 'y');
    size += 100'000;
  }
  std::string stored = "\2";
  put_varint(stored, kForms);
  stored.append(kForms, '\2');
  put_varint(stored, forms.size());
  stored.append(forms).append(5, '\0');
  EXPECT_EQ(restore_rows(stored, kPrefix, {1, kForms}).error().code, Errc::corrupt);
}

TEST_F(RowTextTest, MoreOrFewerRowsThanTheRangeSaysAreCorrupt) {
  for (int i = 0; i < 3; ++i) add(pulse());
  for (const Range other : {Range{93471, 93472}, Range{93471, 93474}, Range{0, UINT64_MAX}})
    EXPECT_EQ(restore_rows(stored(), kPrefix, other).error().code, Errc::corrupt);
  EXPECT_EQ(restore_rows("", kPrefix, range()).error().code, Errc::corrupt);
}

TEST_F(RowTextTest, RowsOfAnotherStreamStayAsTheyAre) {
  add(pulse());
  std::string out;
  for (const Range other : {Range{1, 1}, Range{93471, 93472}, Range{93470, 93471}}) {
    shorten_rows(rows_, kPrefix, other, book_, out);
    EXPECT_EQ(out.front(), kAsTheyAre);
    EXPECT_EQ(*restore_rows(out, kPrefix, other), rows_);
  }
  shorten_rows(rows_, "clinic-043.vitals-k7p3q9x2ab.", range(), book_, out);
  EXPECT_EQ(out.front(), kAsTheyAre);
  shorten_rows("", kPrefix, range(), book_, out);
  EXPECT_EQ(*restore_rows(out, kPrefix, range()), "");
}

TEST_F(RowTextTest, TheLinesOfAnEarlierVersionAreStillRead) {
  add(pulse());
  add(pulse());
  std::string lines(1, kLines);
  for (std::size_t at = 0; (at = rows_.find("\"device_id\"", at)) != std::string::npos; ++at) {
    const std::size_t end = rows_.find('}', at);
    lines.append(rows_, at, end + 1 - at).push_back('\n');
  }
  const auto back = restore_rows(lines, kPrefix, range());
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, rows_);
  EXPECT_EQ(restore_rows(lines, kPrefix, {93471, 93473}).error().code, Errc::corrupt);
}

TEST_F(RowTextTest, AStoredTextThatWasChangedGivesRowsOrSaysCorrupt) {
  const Value text = std::string("sinus");
  for (int i = 0; i < 6; ++i) {
    add("2026-03-02T14:05:01.000Z", "2026-03-02T14:05:01.071Z", text);
    add(pulse(), range_.first);
  }
  const std::string sound = stored();
  std::size_t refused = 0;
  const auto check = [&](const std::string& bytes) {
    const auto back = restore_rows(bytes, kPrefix, range());
    if (back) return;
    ++refused;
    EXPECT_EQ(back.error().code, Errc::corrupt);
  };
  for (std::size_t at = 1; at < sound.size(); ++at) {
    for (unsigned flip = 1; flip < 256; flip += 2) {
      std::string bytes = sound;
      bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ flip);
      check(bytes);
    }
    EXPECT_FALSE(restore_rows(sound.substr(0, at), kPrefix, range())) << at;
  }
  EXPECT_GT(refused, sound.size());
}

// A few bytes that say "the same row again", thousands of times: no more memory than a stored
// text may take.
TEST_F(RowTextTest, ATextThatWouldGrowBeyondAllBoundsIsRefused) {
  constexpr std::size_t kRows = 100'000;
  const auto column = [](const std::string& bytes) {
    std::string out;
    put_varint(out, bytes.size());
    return out + bytes;
  };
  std::string form(3, '\0');  // nothing but fixed text, nothing like the form before
  form += column(std::string(1000, 'x'));
  const auto rows = [&](std::size_t count) {
    const std::string kinds = "\2" + std::string(count - 1, '\3');
    return "\2" + column(kinds) + column(form) + std::string(5, '\0');
  };
  const auto few = restore_rows(rows(3), kPrefix, {1, 3});
  EXPECT_TRUE(few);
  const auto back = restore_rows(rows(kRows), kPrefix, {1, kRows});
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().code, Errc::corrupt);
}

}  // namespace
}  // namespace vitalgate::sync
