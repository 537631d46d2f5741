// VG_CHECK: an assertion that stays in release builds.
//
// For bugs, never for input: a broken invariant ends the process and the service manager starts
// it again from what is on disk.
#pragma once

namespace vitalgate {

// Prints one line on stderr and aborts. `expression` is source text, never data.
[[noreturn]] void check_failed(const char* expression, const char* file, int line) noexcept;

}  // namespace vitalgate

#define VG_CHECK(expression)                                      \
  do {                                                            \
    if (!(expression)) [[unlikely]]                               \
      ::vitalgate::check_failed(#expression, __FILE__, __LINE__); \
  } while (false)
