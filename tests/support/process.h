// A child process that ends with its owner, and one way to run a program to its end.
//
// Children get a process group of their own, so a Ctrl-C at the terminal reaches only us; and they
// die with the thread that started them, so even a killed test leaves nothing behind. Start them
// from a thread that lives as long as they should: the main thread.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/poll.h"

namespace vitalgate::test {

using Arguments = std::vector<std::string>;  // the first one is a path

class Process {
 public:
  // Output is appended to the two files, which may be the same one. Throws Failure when the
  // program cannot be started.
  Process(const Arguments& arguments, const std::filesystem::path& output,
          const std::filesystem::path& errors);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();  // SIGKILL, and waits for the end

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] bool running();

  void signal(int number);

  // The exit code, or 128 + the signal that ended it. Nothing while it still runs.
  std::optional<int> wait(Milliseconds timeout);

  // SIGTERM, then SIGKILL after `patience`. The exit code as above.
  int stop(Milliseconds patience = std::chrono::seconds(30));
  int kill();

 private:
  pid_t pid_ = -1;
  std::optional<int> ended_;
};

// What a process holds now, and the most memory it ever held. All 0 once it is gone.
struct Holdings {
  std::size_t descriptors = 0;
  std::size_t threads = 0;
  std::size_t resident_kb = 0;
  std::size_t peak_resident_kb = 0;
  double processor_s = 0;  // so far, of all threads
};

Holdings holdings_of(pid_t pid);

struct Output {
  int code = 0;
  std::string out;
  std::string err;
};

// Runs a program to its end. Throws Failure when it takes longer than `timeout`.
Output run(const Arguments& arguments, Milliseconds timeout = std::chrono::seconds(30));

}  // namespace vitalgate::test
