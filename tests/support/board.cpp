#include "tests/support/board.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/failure.h"
#include "tests/support/paths.h"
#include "tests/support/unix_socket.h"

namespace vitalgate::test {
namespace {

constexpr int kAnswerMs = 10'000;

// One line of the control protocol that has `word` in it; others are events.
void wait_for_line(int fd, const std::string& word) {
  std::string line;
  for (;;) {
    pollfd state{fd, POLLIN, 0};
    char letter = 0;
    if (::poll(&state, 1, kAnswerMs) <= 0 || ::read(fd, &letter, 1) != 1)
      throw Failure("QEMU does not answer", "");
    if (letter != '\n') {
      line.push_back(letter);
      continue;
    }
    if (line.find(word) != std::string::npos) return;
    line.clear();
  }
}

}  // namespace

Board::Board(const std::filesystem::path& directory, const std::filesystem::path& firmware)
    : directory_(directory) {
  std::filesystem::create_directories(directory_);
  const auto qemu = system_program("qemu-system-arm", "qemu-system-arm");
  const auto socket = [](const std::filesystem::path& path) {
    return "path=" + path.string() + ",server=on,wait=off";
  };
  const Arguments arguments{qemu.string(), "-M",
                            "mps2-an385",  "-nodefaults",
                            "-display",    "none",
                            "-kernel",     firmware.string(),
                            "-chardev",    "socket,id=uart," + socket(uart()),
                            "-serial",     "chardev:uart",
                            "-chardev",    "socket,id=control," + socket(directory_ / "control"),
                            "-qmp",        "chardev:control"};
  process_ = std::make_unique<Process>(arguments, log(), log());
  control_ = connect_unix(directory_ / "control");
  wait_for_line(control_, "\"QMP\"");
  command("qmp_capabilities");
}

Board::~Board() {
  if (control_ >= 0) ::close(control_);
}

void Board::reset() { command("system_reset"); }

void Board::command(const std::string& name) {
  const std::string text = R"({"execute": ")" + name + "\"}\n";
  if (::send(control_, text.data(), text.size(), MSG_NOSIGNAL) < 0)
    throw Failure("QEMU is gone", "look at " + log().string());
  wait_for_line(control_, "\"return\"");
}

}  // namespace vitalgate::test
