#include "firmware-bridge/serial/holder.h"

#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace vitalgate::bridge {
namespace {

namespace fs = std::filesystem;

// Calls `visit` with each entry until it returns true. A directory that cannot be read, or goes
// away meanwhile, just ends: processes come and go.
template <class Visit>
void each_entry(const fs::path& directory, Visit visit) {
  std::error_code error;
  fs::directory_iterator entry(directory, error);
  while (!error && entry != fs::directory_iterator{}) {
    if (visit(entry->path())) return;
    entry.increment(error);
  }
}

std::optional<pid_t> to_pid(const std::string& text) {
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return pid;
}

bool has_open(const fs::path& process, dev_t device) {
  bool found = false;
  bool other_end = false;
  each_entry(process / "fd", [&](const fs::path& descriptor) {
    std::error_code error;
    const fs::path target = fs::read_symlink(descriptor, error);
    if (error) return false;
    if (target == "/dev/ptmx" || target == "/dev/pts/ptmx") other_end = true;
    struct stat status {};
    // Only what is in /dev: stat() on anything else could wait for a dead file server.
    if (target.native().starts_with("/dev/") && ::stat(descriptor.c_str(), &status) == 0 &&
        S_ISCHR(status.st_mode) && status.st_rdev == device)
      found = true;
    return other_end;
  });
  return found && !other_end;
}

std::string name_of(const fs::path& process) {
  std::ifstream file(process / "comm");
  std::string name;
  std::getline(file, name);
  for (char& c : name)
    if (c < ' ' || c > '~') c = '?';  // a process names itself
  return name.empty() ? "unknown" : name;
}

}  // namespace

std::optional<Holder> find_holder(dev_t device) {
  std::optional<Holder> holder;
  each_entry("/proc", [&](const fs::path& process) {
    const auto pid = to_pid(process.filename());
    if (!pid || *pid == ::getpid() || !has_open(process, device)) return false;
    holder = Holder{name_of(process), *pid};
    return true;
  });
  return holder;
}

}  // namespace vitalgate::bridge
