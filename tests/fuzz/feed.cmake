vitalgate_fuzz(hl7 hl7_fuzz.cpp vitalgate_bridge)
vitalgate_fuzz(mllp mllp_fuzz.cpp vitalgate_bridge)
vitalgate_fuzz(modbus modbus_fuzz.cpp vitalgate_bridge)
