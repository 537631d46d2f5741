// The control socket: any bytes from a client get a bounded reply in whole lines, and the server
// side lives on.
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "agent/control_client.h"
#include "agent/core/check.h"
#include "agent/core/limits.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vitalgate;
  static const StatusBoard board;
  static const std::function<void()> wake = [] {};
  // The core takes what it can and says something, then ends.
  static const std::function<bool(CommandRequest)> submit = [](const CommandRequest& request) {
    request.reply->put("{\"ok\":true}\n", /*last=*/true);
    return request.command.asked_by == 0;
  };
  std::array<int, 2> ends{};
  VG_CHECK(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0);
  {
    const auto now = Clock::now();
    const Peer peer{.may_look = size % 4 != 0, .may_change = size % 4 > 1, .uid = size % 8 == 7};
    ControlClient client(ends[0], peer, now);
    for (std::size_t at = 0; at < size && client.is_open(now);) {
      const ssize_t sent =
          ::send(ends[1], data + at, std::min<std::size_t>(size - at, 1024), MSG_NOSIGNAL);
      if (sent <= 0) break;
      at += static_cast<std::size_t>(sent);
      client.on_readable({board, submit, wake}, now);
    }
    client.send_rows({{R"({"reading_id":"1","device_id":"a","metric":"b"})"}, 1});
    client.collect(now);
    if (client.wants_to_write()) client.on_writable(now);
    std::array<char, 8192> reply{};
    const ssize_t count = ::recv(ends[1], reply.data(), reply.size(), 0);
    VG_CHECK(count <= 0 || reply.at(static_cast<std::size_t>(count) - 1) == '\n');
  }
  ::close(ends[1]);
  return 0;
}
