# clang, because libFuzzer is part of it. Everything else is the host's.
set(CMAKE_CXX_COMPILER clang++)
