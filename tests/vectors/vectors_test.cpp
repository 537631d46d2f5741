// vector_test must not pass what is wrong.
#include <gtest/gtest.h>

#include "tests/vectors/compare.h"
#include "tests/vectors/vector_run.h"

namespace vitalgate::test {
namespace {

using bridge::Fields;
using Json = nlohmann::json;

bool passes(std::string_view line) { return run_vector(line, ".").empty(); }

TEST(VectorTest, AVectorThatNobodyKnowsHowToRunFails) {
  EXPECT_FALSE(passes(R"({"characteristic":"FFFF","hex":"00","expect":{"ok":true}})"));
  EXPECT_FALSE(passes(R"({"hex":"00","expect":{"ok":true}})"));
  EXPECT_FALSE(passes(R"({"characteristic":"2A19","expect":{"ok":true}})"));
  EXPECT_FALSE(passes(R"({"characteristic":"2A19","hex":"6","expect":{"level_pct":100}})"));
  EXPECT_FALSE(passes(R"({"characteristic":"2A19","hex":"64"})"));
  EXPECT_FALSE(passes(R"({"characteristic":"2A19","hex":"64","expect":{}})"));
  EXPECT_FALSE(passes(R"({"characteristic":"2A19","file":"none","expect":{"level_pct":100}})"));
  EXPECT_FALSE(passes("no JSON"));
}

TEST(VectorTest, EveryMismatchFails) {
  EXPECT_TRUE(passes(R"({"characteristic":"2A19","hex":"64","expect":{"level_pct":100}})"));
  EXPECT_FALSE(passes(R"({"characteristic":"2A19","hex":"64","expect":{"level_pct":99}})"));
  EXPECT_FALSE(passes(R"({"characteristic":"2A19","hex":"64","expect":{"ok":false}})"));
  EXPECT_FALSE(passes(R"({"characteristic":"2A19","hex":"65","expect":{"level_pct":101}})"));
  EXPECT_FALSE(passes(R"({"characteristic":"2A19","hex":"64","expect":{"ok":true}})"));
  EXPECT_FALSE(
      passes(R"({"characteristic":"2A19","hex":"64","expect":{"level_pct":100,"more":1}})"));
}

TEST(VectorTest, NumbersAreComparedAsDecimals) {
  Fields fields;
  fields.add("a", Decimal::of(3760, -2)).add("b", Decimal::of(12, -7)).add("c", 5);
  EXPECT_TRUE(
      differences(Json::parse(R"({"a":37.6,"b":1.2e-06,"c":5})"), fields, Match::strict).empty());
  EXPECT_EQ(
      differences(Json::parse(R"({"a":37.61,"b":1.2e-07,"c":"5"})"), fields, Match::strict).size(),
      3u);
}

TEST(VectorTest, NoValueIsNeitherZeroNorAbsent) {
  Fields fields;
  fields.add("spo2", nullptr);
  EXPECT_TRUE(differences(Json::parse(R"({"spo2":null})"), fields, Match::strict).empty());
  EXPECT_EQ(differences(Json::parse(R"({"spo2":0})"), fields, Match::strict).size(), 1u);
  EXPECT_EQ(differences(Json::parse(R"({})"), fields, Match::strict).size(), 1u);
}

TEST(VectorTest, ListsAreComparedInOrderAndWhole) {
  Fields one;
  one.add("value", 1);
  Fields fields;
  fields.add("rr", std::vector<std::int64_t>{1, 2}).add("list", std::vector<Fields>{one});
  const auto found = [&](const char* expect) {
    return differences(Json::parse(expect), fields, Match::strict).size();
  };
  EXPECT_EQ(found(R"({"rr":[1,2],"list":[{"value":1}]})"), 0u);
  EXPECT_EQ(found(R"({"rr":[2,1],"list":[{"value":1}]})"), 1u);
  EXPECT_EQ(found(R"({"rr":[1],"list":[]})"), 2u);
}

}  // namespace
}  // namespace vitalgate::test
