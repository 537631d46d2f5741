vitalgate_fuzz(wire_frame wire_frame_fuzz.cpp vitalgate_bridge)
vitalgate_fuzz(wire_gateway wire_gateway_fuzz.cpp vitalgate_bridge)
vitalgate_fuzz(wire_bridge wire_bridge_fuzz.cpp vitalgate_bridge_end)
vitalgate_fuzz(wire_line wire_line_fuzz.cpp vitalgate_bridge_end)
target_sources(wire_line_fuzz PRIVATE
  ${PROJECT_SOURCE_DIR}/tests/unit/firmware-bridge/wire/line_model.cpp)
