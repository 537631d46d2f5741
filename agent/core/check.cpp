#include "agent/core/check.h"

#include <cstdio>
#include <cstdlib>

namespace vitalgate {

void check_failed(const char* expression, const char* file, int line) noexcept {
  std::fprintf(stderr, "vitalgate: broken invariant %s at %s:%d\n", expression, file, line);
  std::abort();
}

}  // namespace vitalgate
