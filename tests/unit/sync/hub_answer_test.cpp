#include "sync/hub_answer.h"

#include <gtest/gtest.h>

#include "agent/core/limits.h"

namespace vitalgate::sync {
namespace {

TEST(HubAnswerTest, ReadsTheContractsAnswer) {
  const auto answer = parse_hub_answer(
      R"({"stream_id":"vitals-k7p3q9x2ab","stored":[[1,200],[301,400]],"duplicates":3,)"
      R"("rejected":[{"reading_id":"a.b.1","code":"unit","detail":"unknown"}],"new":{"x":[1]}})");
  ASSERT_TRUE(answer) << answer.error().what;
  EXPECT_EQ(answer->stream_id, "vitals-k7p3q9x2ab");
  EXPECT_EQ(answer->stored, (std::vector<Range>{{1, 200}, {301, 400}}));
  ASSERT_EQ(answer->rejected.size(), 1u);
  EXPECT_EQ(answer->rejected[0].code, "unit");
}

TEST(HubAnswerTest, AnythingElseIsRefusedWithAReason) {
  const std::string deep = R"({"stream_id":"a","stored":)" + std::string(100'000, '[');
  for (const std::string& text :
       {std::string(), std::string("null"), std::string("[]"), std::string("{"),
        std::string(R"({"stored":[]})"), std::string(R"({"stream_id":"a"})"),
        std::string(R"({"stream_id":7,"stored":[]})"),
        std::string(R"({"stream_id":"a","stored":[[1]]})"),
        std::string(R"({"stream_id":"a","stored":[[0,1]]})"),
        std::string(R"({"stream_id":"a","stored":[[2,1]]})"),
        std::string(R"({"stream_id":"a","stored":[[1,1.5]]})"),
        std::string(R"({"stream_id":"a","stored":[[1,18446744073709551616]]})"),
        std::string(R"({"stream_id":"a","stored":[[-1,1]]})"),
        std::string(R"({"stream_id":"a","stored":[],"rejected":[1]})"),
        std::string(R"({"stream_id":"a","stored":[],"rejected":[{}]})"), deep,
        std::string(limits::kAnswerBytesMax + 1, ' ')}) {
    const auto answer = parse_hub_answer(text);
    ASSERT_FALSE(answer) << text.substr(0, 60);
    EXPECT_EQ(answer.error().code, Errc::malformed);
    EXPECT_FALSE(answer.error().what.empty());
  }
}

}  // namespace
}  // namespace vitalgate::sync
