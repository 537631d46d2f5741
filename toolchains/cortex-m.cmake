# Bare metal on a Cortex-M3: Debian's gcc-arm-none-eabi, without any C library.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR arm)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_CXX_COMPILER arm-none-eabi-g++)
set(CMAKE_CXX_FLAGS_INIT "-mcpu=cortex-m3 -mthumb")
find_program(VITALGATE_SIZE arm-none-eabi-size REQUIRED)
