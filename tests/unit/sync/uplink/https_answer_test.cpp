#include "sync/uplink/https_answer.h"

#include <gtest/gtest.h>

#include <array>

#include "agent/core/limits.h"
#include "sync/uplink/retry_after.h"

namespace vitalgate::sync {
namespace {

using config::Acknowledge;
using std::chrono::seconds;

constexpr std::string_view kStored = R"({"stream_id":"vitals-k7p3q9x2ab","stored":[[1,200]]})";
constexpr std::string_view kDate = "Sun, 06 Nov 1994 08:49:37 GMT";
const WallTime kNow = *parse_rfc3339("2026-03-02T14:05:07.000Z");

HttpsMeaning meaning(const HttpResponse& response, Acknowledge acknowledge = Acknowledge::hub) {
  return meaning_of(response, acknowledge, kNow);
}

HttpResponse response(long status, std::string_view body = {},
                      std::string_view type = "application/json") {
  HttpResponse made;
  made.status = status;
  made.body = body;
  made.content_type = type;
  return made;
}

TransportRefused refused(const HttpResponse& given, Acknowledge acknowledge = Acknowledge::hub) {
  const auto found = meaning(given, acknowledge);
  const auto* refusal = std::get_if<TransportRefused>(&found);
  EXPECT_NE(refusal, nullptr) << given.status;
  return refusal == nullptr ? TransportRefused{} : *refusal;
}

TEST(HttpsAnswerTest, AnAnswerOfTheHubIsTaken) {
  for (const long status : {200L, 201L, 409L}) {
    const auto found = meaning(response(status, kStored));
    const auto* took = std::get_if<HttpsTook>(&found);
    ASSERT_NE(took, nullptr) << status;
    ASSERT_TRUE(took->answer.has_value());
    EXPECT_EQ(took->answer->stored, (std::vector<Range>{{1, 200}}));
    EXPECT_FALSE(took->unreadable.has_value());
  }
}

TEST(HttpsAnswerTest, SuccessWithoutAWordOfWhatIsStoredStoresNothing) {
  for (const auto& [status, body] :
       {std::pair(200L, "ok"), std::pair(204L, ""), std::pair(200L, R"({"stored":true})")}) {
    const auto found = meaning(response(status, body));
    const auto* took = std::get_if<HttpsTook>(&found);
    ASSERT_NE(took, nullptr);
    EXPECT_FALSE(took->answer.has_value());
    ASSERT_TRUE(took->unreadable.has_value());
    EXPECT_FALSE(took->unreadable->hint.empty());
  }
  auto cut = response(200, kStored);
  cut.is_cut = true;
  const auto found = meaning(cut);
  EXPECT_TRUE(std::get<HttpsTook>(found).unreadable.has_value());
}

TEST(HttpsAnswerTest, WithTransportAcknowledgementSuccessAloneCounts) {
  const auto found = meaning(response(202, "queued", "text/plain"), Acknowledge::transport);
  const auto* took = std::get_if<HttpsTook>(&found);
  ASSERT_NE(took, nullptr);
  EXPECT_FALSE(took->unreadable.has_value());
}

TEST(HttpsAnswerTest, AWebPageIsNeverTheHub) {
  for (const auto acknowledge : {Acknowledge::hub, Acknowledge::transport})
    for (const char* type : {"text/html", "Text/HTML; charset=utf-8", " text/html ;x"})
      EXPECT_EQ(refused(response(200, kStored, type), acknowledge).problem,
                BatchProblem::unauthorised);
}

TEST(HttpsAnswerTest, EveryStatusSaysWhatToDoNextInWords) {
  struct Case {
    long status;
    BatchProblem problem;
  };
  constexpr std::array kCases{
      Case{301, BatchProblem::unauthorised}, Case{302, BatchProblem::unauthorised},
      Case{307, BatchProblem::unauthorised}, Case{400, BatchProblem::content},
      Case{401, BatchProblem::unauthorised}, Case{403, BatchProblem::unauthorised},
      Case{404, BatchProblem::unauthorised}, Case{405, BatchProblem::unauthorised},
      Case{407, BatchProblem::unauthorised}, Case{408, BatchProblem::busy},
      Case{409, BatchProblem::busy},         Case{410, BatchProblem::unauthorised},
      Case{413, BatchProblem::content},      Case{415, BatchProblem::content},
      Case{418, BatchProblem::unauthorised}, Case{422, BatchProblem::content},
      Case{425, BatchProblem::busy},         Case{429, BatchProblem::busy},
      Case{500, BatchProblem::busy},         Case{502, BatchProblem::busy},
      Case{503, BatchProblem::busy},         Case{504, BatchProblem::busy},
      Case{511, BatchProblem::busy}};
  for (const auto& [status, problem] : kCases) {
    const auto told = refused(response(status, "something else", "text/plain"));
    EXPECT_EQ(told.problem, problem) << status;
    EXPECT_NE(told.what.find(std::to_string(status)), std::string::npos);
    EXPECT_EQ(told.what.find("something else"), std::string::npos) << "a body in the log";
    EXPECT_FALSE(told.hint.empty()) << status;
  }
}

TEST(HttpsAnswerTest, AProblemIsQuotedShortAndPrintable) {
  const auto told = refused(response(422,
                                     R"({"title":"Unprocessable","detail":"count is )"
                                     "\\u001b[31m\xff wrong\"}",
                                     "application/problem+json"));
  EXPECT_EQ(told.problem, BatchProblem::content);
  EXPECT_EQ(told.what.find('\x1b'), std::string::npos);
  const std::string longest = R"({"title":"T","detail":")" + std::string(5000, 'x') + R"("})";
  EXPECT_LE(refused(response(400, longest, "application/problem+json")).what.size(),
            kProblemWordsMax + 40);
  EXPECT_NE(refused(response(400, R"({"title":"A","detail":"b"})", "application/problem+json"))
                .what.find("A: b"),
            std::string::npos);
}

TEST(HttpsAnswerTest, WhatIsNoProblemSaysNothing) {
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("[]"), std::string(R"({"title":7})"),
        std::string(R"({"title":"  "})"), R"({"title":)" + std::string(100'000, '[')})
    EXPECT_EQ(problem_words(text), "") << text.substr(0, 40);
}

TEST(HttpsAnswerTest, RetryAfterIsForWhatMayBeTriedAgain) {
  auto busy = response(503);
  busy.retry_after = "30";
  EXPECT_EQ(refused(busy).retry_after, seconds(30));
  auto content = response(413);
  content.retry_after = "30";
  EXPECT_FALSE(refused(content).retry_after.has_value());
}

TEST(RetryAfterTest, SecondsAreTakenUpToAnHour) {
  EXPECT_EQ(retry_after("0", "", kNow), seconds(0));
  EXPECT_EQ(retry_after(" 120 ", "", kNow), seconds(120));
  EXPECT_EQ(retry_after("3601", "", kNow), limits::kRetryAfterMax);
  EXPECT_EQ(retry_after(std::string(10'000, '9'), "", kNow), limits::kRetryAfterMax);
}

TEST(RetryAfterTest, ADateIsMeasuredByTheServersOwnClock) {
  EXPECT_EQ(retry_after("Sun, 06 Nov 1994 08:50:07 GMT", kDate, kNow), seconds(30));
  EXPECT_EQ(retry_after("Sunday, 06-Nov-94 08:50:07 GMT", kDate, kNow), seconds(30));
  EXPECT_EQ(retry_after("Sun Nov  6 08:50:07 1994", kDate, kNow), seconds(30));
  EXPECT_EQ(retry_after("Sun, 06 Nov 1994 08:00:00 GMT", kDate, kNow), seconds(0));
  EXPECT_EQ(retry_after("Sun, 06 Nov 1995 08:00:00 GMT", kDate, kNow), limits::kRetryAfterMax);
  EXPECT_EQ(retry_after("Mon, 02 Mar 2026 14:05:17 GMT", "no date", kNow), seconds(10));
}

TEST(RetryAfterTest, AnythingElseIsNoTime) {
  for (const char* text : {"", " ", "-1", "1.5", "soon", "Sun, 06 Nov 1994", "12s",
                           "Sun, 06 Nov 1994 08:49:37 GMT and more"})
    EXPECT_FALSE(retry_after(text, kDate, kNow).has_value()) << text;
}

}  // namespace
}  // namespace vitalgate::sync
