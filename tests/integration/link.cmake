# A backlog, and a line of real packets.
add_library(vitalgate_link_support STATIC
  ../support/backlog.cpp ../support/slow_link.cpp)
target_link_libraries(vitalgate_link_support
  PUBLIC vitalgate_agent vitalgate_test_support)

add_executable(linktest link_run.cpp linktest.cpp)
target_link_libraries(linktest
  PRIVATE vitalgate_link_support vitalgate_clinic CLI11::CLI11 fmt::fmt)
add_dependencies(linktest vitalgated vitalgate)

add_executable(reconnects reconnect_run.cpp reconnects.cpp)
target_link_libraries(reconnects
  PRIVATE vitalgate_clinic CLI11::CLI11 fmt::fmt)
add_dependencies(reconnects vitalgated vitalgate)
# A sanitizer keeps what was freed for a while: there it finds the leaks, not the sum.
if(VITALGATE_SANITIZE)
  set(reconnect_growth --growth-mb 1000)
endif()
add_test(NAME reconnects COMMAND reconnects --count 30 ${reconnect_growth})
set_tests_properties(reconnects
  PROPERTIES LABELS integration TIMEOUT 600 RESOURCE_LOCK pseudo_terminals)
