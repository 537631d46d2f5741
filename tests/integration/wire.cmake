# Needs a compiler for the board and an emulator of it; both are in the packages for tests.
find_program(VITALGATE_BOARD_COMPILER arm-none-eabi-g++)
find_program(VITALGATE_BOARD_EMULATOR qemu-system-arm)
if(NOT VITALGATE_BOARD_COMPILER OR NOT VITALGATE_BOARD_EMULATOR)
  message(STATUS "skipped: wiretest (gcc-arm-none-eabi and qemu-system-arm are not there)")
  return()
endif()

include(ExternalProject)
ExternalProject_Add(bridge_firmware
  SOURCE_DIR ${PROJECT_SOURCE_DIR}
  BINARY_DIR ${PROJECT_BINARY_DIR}/firmware
  CMAKE_ARGS -DCMAKE_TOOLCHAIN_FILE=${PROJECT_SOURCE_DIR}/toolchains/cortex-m.cmake
  BUILD_ALWAYS ON
  INSTALL_COMMAND "")

add_library(vitalgate_board_support STATIC
  ../support/board.cpp ../support/faulty_line.cpp ../support/unix_socket.cpp)
target_link_libraries(vitalgate_board_support
  PUBLIC vitalgate_bridge vitalgate_test_support)

add_executable(wiretest
  wire_judge.cpp wire_run.cpp wiretest.cpp
  ${PROJECT_SOURCE_DIR}/firmware-bridge/firmware/simulated_patient.cpp)
target_compile_definitions(wiretest
  PRIVATE VITALGATE_TEST_FIRMWARE="${PROJECT_BINARY_DIR}/firmware/bin/bridge_test.elf")
target_link_libraries(wiretest
  PRIVATE vitalgate_board_support vitalgate_clinic CLI11::CLI11 fmt::fmt)
add_dependencies(wiretest bridge_firmware vitalgated vitalgate)

add_executable(wire_judge_test wire_judge.cpp wire_judge_test.cpp
  ${PROJECT_SOURCE_DIR}/firmware-bridge/firmware/simulated_patient.cpp)
target_link_libraries(wire_judge_test
  PRIVATE vitalgate_bridge vitalgate_test_support fmt::fmt GTest::gtest_main)
gtest_discover_tests(wire_judge_test DISCOVERY_MODE PRE_TEST PROPERTIES LABELS unit)

# A sanitizer's agent is slow: fewer readings show as much.
if(VITALGATE_SANITIZE)
  set(wire_plan --readings 5000 --kills 3 --resets 2)
else()
  set(wire_plan --readings 30000 --kills 5 --resets 3)
endif()
add_test(NAME wiretest COMMAND wiretest ${wire_plan} --seed 1)
set_tests_properties(wiretest
  PROPERTIES LABELS integration TIMEOUT 600 RESOURCE_LOCK pseudo_terminals)
