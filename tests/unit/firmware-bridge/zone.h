// Device clocks are read in the process's zone: three hours east of Greenwich in these tests.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace vitalgate::test {

class ThreeHoursEast : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    setenv("TZ", "EAT-3", 1);
    tzset();
  }
  static void TearDownTestSuite() {
    unsetenv("TZ");
    tzset();
  }
};

}  // namespace vitalgate::test
