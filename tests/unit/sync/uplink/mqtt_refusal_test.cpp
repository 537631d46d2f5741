#include "sync/uplink/mqtt_refusal.h"

#include <gtest/gtest.h>

namespace vitalgate::sync {
namespace {

TEST(MqttRefusalTest, EveryReasonSaysWhatToDoNextInWords) {
  const BatchKey key{Lane::vitals, 7};
  struct Case {
    int code;
    BatchProblem problem;
  };
  for (const auto& [code, problem] :
       {Case{0x80, BatchProblem::busy}, Case{0x83, BatchProblem::busy},
        Case{0x87, BatchProblem::unauthorised}, Case{0x90, BatchProblem::unauthorised},
        Case{0x91, BatchProblem::busy}, Case{0x95, BatchProblem::content},
        Case{0x96, BatchProblem::busy}, Case{0x97, BatchProblem::busy},
        Case{0x99, BatchProblem::content}, Case{0xFF, BatchProblem::busy}}) {
    const auto refusal = mqtt_refusal(key, code);
    EXPECT_EQ(refusal.problem, problem) << code;
    EXPECT_EQ(refusal.key, key);
    EXPECT_NE(refusal.what.find("(0x"), std::string::npos);
    EXPECT_FALSE(refusal.hint.empty());
  }
}

TEST(MqttRefusalTest, AFarewellNamesItsReason) {
  EXPECT_NE(mqtt_farewell("hub:8883", 0x8E).what.find("client id"), std::string::npos);
  EXPECT_EQ(mqtt_farewell("hub:8883", 0x98).problem, LinkProblem::unauthorised);
  for (int code = 0; code < 256; ++code) {
    const auto down = mqtt_farewell("hub:8883", code);
    EXPECT_NE(down.what.find("hub:8883"), std::string::npos);
    EXPECT_FALSE(down.hint.empty());
  }
}

}  // namespace
}  // namespace vitalgate::sync
