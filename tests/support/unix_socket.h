// The client's end of a Unix stream socket.
#pragma once

#include <filesystem>

namespace vitalgate::test {

// Connects, as soon as somebody listens there; the caller closes it. Throws Failure after ten
// seconds.
int connect_unix(const std::filesystem::path& path);

}  // namespace vitalgate::test
