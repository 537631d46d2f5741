#include "tests/support/process.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ctime>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "tests/support/failure.h"

namespace vitalgate::test {
namespace {

// A file descriptor that is closed with its owner.
class Handle {
 public:
  explicit Handle(int fd) : fd_(fd) {
    if (fd < 0) throw Failure("open: " + std::generic_category().message(errno), "");
  }
  Handle(Handle&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Handle& operator=(Handle&&) = delete;
  ~Handle() { close(); }

  [[nodiscard]] int get() const { return fd_; }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_;
};

Handle open_log(const std::filesystem::path& file) {
  return Handle(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
}

std::size_t entries(const std::string& folder) {
  std::error_code ignored;  // a process that is gone holds nothing
  const std::filesystem::directory_iterator all(folder, ignored);
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

// The child between fork and exec: only async-signal-safe calls, as other threads may run.
[[noreturn]] void become(char* const* arguments, int output, int errors, pid_t parent, int report) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  dup2(::open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(errors, STDERR_FILENO);
  execv(arguments[0], arguments);
  const int error = errno;
  const auto ignored = write(report, &error, sizeof error);
  _exit(ignored == 0 ? 126 : 127);
}

pid_t spawn(const Arguments& arguments, int output, int errors) {
  std::vector<std::string> copies = arguments;
  std::vector<char*> pointers;
  for (std::string& copy : copies) pointers.push_back(copy.data());
  pointers.push_back(nullptr);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw Failure("cannot make a pipe", "");
  Handle reading(ends[0]);
  Handle writing(ends[1]);

  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) become(pointers.data(), output, errors, parent, writing.get());
  writing.close();
  if (child < 0) throw Failure("cannot fork: " + std::generic_category().message(errno), "");

  int error = 0;  // exec closes the pipe: nothing to read means that it worked
  if (read(reading.get(), &error, sizeof error) == sizeof error) {
    waitpid(child, nullptr, 0);
    throw Failure("cannot start " + arguments[0] + ": " + std::generic_category().message(error),
                  "build it, or install the package that has it");
  }
  return child;
}

int exit_code(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

std::string contents(int fd) {
  std::string text;
  char part[4096];
  off_t at = 0;
  for (ssize_t got = 0; (got = pread(fd, part, sizeof part, at)) > 0; at += got) {
    text.append(part, static_cast<std::size_t>(got));
  }
  return text;
}

// Waits for `pid` and forgets it; nothing while it runs.
std::optional<int> reap(pid_t pid, int options) {
  int status = 0;
  pid_t got = 0;
  do {
    got = waitpid(pid, &status, options);
  } while (got < 0 && errno == EINTR);
  if (got != pid) return std::nullopt;
  return exit_code(status);
}

}  // namespace

Process::Process(const Arguments& arguments, const std::filesystem::path& output,
                 const std::filesystem::path& errors) {
  const Handle out = open_log(output);
  const Handle err = open_log(errors);
  pid_ = spawn(arguments, out.get(), err.get());
}

Process::~Process() { kill(); }

bool Process::running() {
  if (!ended_) ended_ = reap(pid_, WNOHANG);
  return !ended_;
}

void Process::signal(int number) {
  if (running()) ::kill(pid_, number);
}

std::optional<int> Process::wait(Milliseconds timeout) {
  poll_until([this] { return !running(); }, timeout, Milliseconds(2));
  return ended_;
}

int Process::stop(Milliseconds patience) {
  signal(SIGTERM);
  const auto code = wait(patience);
  return code ? *code : kill();
}

int Process::kill() {
  signal(SIGKILL);
  if (!ended_) ended_ = reap(pid_, 0);
  return ended_.value_or(-1);
}

Holdings holdings_of(pid_t pid) {
  const std::string folder = "/proc/" + std::to_string(pid);
  Holdings held{.descriptors = entries(folder + "/fd"), .threads = entries(folder + "/task")};
  std::ifstream status(folder + "/status");
  for (std::string word; status >> word;) {
    if (word == "VmRSS:") status >> held.resident_kb;
    if (word == "VmHWM:") status >> held.peak_resident_kb;
  }
  clockid_t clock{};
  timespec used{};
  if (clock_getcpuclockid(pid, &clock) == 0 && clock_gettime(clock, &used) == 0)
    held.processor_s = static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
  return held;
}

Output run(const Arguments& arguments, Milliseconds timeout) {
  const Handle out(memfd_create("out", MFD_CLOEXEC));
  const Handle err(memfd_create("err", MFD_CLOEXEC));
  const pid_t pid = spawn(arguments, out.get(), err.get());
  std::optional<int> code;
  try {
    poll_until([&] { return (code = reap(pid, WNOHANG)).has_value(); }, timeout, Milliseconds(2));
  } catch (const Interrupted&) {
    ::kill(pid, SIGKILL);
    reap(pid, 0);
    throw;
  }
  if (!code) {
    ::kill(pid, SIGKILL);
    reap(pid, 0);
    throw Failure(arguments[0] + " did not end within " + std::to_string(timeout.count()) + " ms",
                  "run it by hand to see where it hangs");
  }
  return {*code, contents(out.get()), contents(err.get())};
}

}  // namespace vitalgate::test
