#include "sync/buffer/disk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace vitalgate::sync {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kFileMode = 0600;
constexpr mode_t kDirectoryMode = 0700;
constexpr std::size_t kZerosAtOnce = 65536;

std::string hint_for(int number, const fs::path& path) {
  switch (number) {
    case ENOSPC:
    case EDQUOT:
      return std::string("free space on that disk: df -h ").append(path.parent_path().string());
    case EROFS:
      return "the disk is mounted read-only: see dmesg for the reason, then mount it again";
    case EACCES:
    case EPERM:
      return std::string("give it to the agent's user: chown -R vitalgated ")
          .append(path.parent_path().string());
    case EIO:
      return "the disk reports damage: see dmesg, and replace it soon";
    case ELOOP:
      return "put the file itself there; a symbolic link is not followed";
    default:
      return "check that the folder is there: buffer.directory";
  }
}

Error failure(std::string_view doing, const fs::path& path, int number) {
  return {Errc::unavailable,
          std::string(doing)
              .append(" ")
              .append(path.string())
              .append(": ")
              .append(std::generic_category().message(number)),
          hint_for(number, path)};
}

// The outcome of a system call that a signal may interrupt.
template <class Call>
auto again(Call call) {
  auto outcome = call();
  while (outcome < 0 && errno == EINTR) outcome = call();
  return outcome;
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

Result<Descriptor> open_file(std::string_view doing, const fs::path& path, int flags) {
  const int fd =
      again([&] { return ::open(path.c_str(), flags | O_NOFOLLOW | O_CLOEXEC, kFileMode); });
  if (fd < 0) return failure(doing, path, errno);
  return Descriptor(fd);
}

// Directories, and what a link names: the buffer's directory itself may be one.
Result<> sync_path(const fs::path& path, int flags) {
  const Descriptor file(again([&] { return ::open(path.c_str(), flags | O_RDONLY | O_CLOEXEC); }));
  if (file.get() < 0 || again([&] { return ::fsync(file.get()); }) != 0)
    return failure("sync", path, errno);
  return {};
}

Result<> write_all(int fd, const fs::path& path, std::uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count =
        again([&] { return ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset)); });
    if (count <= 0) return failure("write", path, count == 0 ? EIO : errno);
    bytes.remove_prefix(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return {};
}

// For file systems without fallocate: what is not there yet is written.
Result<> write_zeros(int fd, const fs::path& path, std::uint64_t from, std::uint64_t to) {
  const std::string zeros(kZerosAtOnce, '\0');
  while (from < to) {
    const auto count = std::min<std::uint64_t>(to - from, zeros.size());
    VG_TRY(write_all(fd, path, from, std::string_view(zeros).substr(0, count)));
    from += count;
  }
  return {};
}

class SystemDisk : public Disk {
 public:
  [[nodiscard]] const char* vfs() const override { return nullptr; }

  Result<bool> exists(const fs::path& path) override {
    struct stat status {};
    if (::lstat(path.c_str(), &status) == 0) return true;
    if (errno == ENOENT || errno == ENOTDIR) return false;
    return failure("look at", path, errno);
  }

  Result<std::vector<std::string>> list(const fs::path& directory) override {
    std::vector<std::string> names;
    std::error_code error;
    fs::directory_iterator at(directory, error);
    for (; !error && at != fs::directory_iterator(); at.increment(error))
      names.push_back(at->path().filename().string());
    if (error && error != std::errc::no_such_file_or_directory)
      return failure("list", directory, error.value());
    std::sort(names.begin(), names.end());
    return names;
  }

  Result<std::string> read(const fs::path& path, std::size_t limit) override;
  Result<std::uint64_t> size(const fs::path& file) override {
    struct stat status {};
    if (::lstat(file.c_str(), &status) != 0) return failure("look at", file, errno);
    return static_cast<std::uint64_t>(status.st_size);
  }
  Result<std::uint64_t> free_bytes(const fs::path& directory) override {
    struct statvfs status {};
    if (again([&] { return ::statvfs(directory.c_str(), &status); }) != 0)
      return failure("free space of", directory, errno);
    return std::uint64_t{status.f_bavail} * status.f_frsize;
  }

  Result<> write(const fs::path& path, std::uint64_t offset, std::string_view bytes) override {
    const Descriptor file = VG_TRY(open_file("write", path, O_WRONLY | O_CREAT));
    VG_TRY(write_all(file.get(), path, offset, bytes));
    if (again([&] { return ::fdatasync(file.get()); }) != 0) return failure("sync", path, errno);
    return {};
  }
  Result<> write_soon(const fs::path& path, std::uint64_t offset, std::string_view bytes) override {
    const Descriptor file = VG_TRY(open_file("write", path, O_WRONLY | O_CREAT));
    return write_all(file.get(), path, offset, bytes);
  }
  Result<> reserve(const fs::path& path, std::uint64_t bytes) override;
  Result<> make_directory(const fs::path& directory) override;

  Result<> rename(const fs::path& from, const fs::path& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return failure("rename", from, errno);
    return {};
  }
  Result<> remove(const fs::path& path) override {
    std::error_code error;
    fs::remove_all(path, error);
    if (error) return failure("remove", path, error.value());
    return {};
  }
  Result<> sync_file(const fs::path& file) override { return sync_path(file, O_NOFOLLOW); }
  Result<> sync_directory(const fs::path& directory) override {
    return sync_path(directory, O_DIRECTORY);
  }
};

Result<std::string> SystemDisk::read(const fs::path& path, std::size_t limit) {
  const Descriptor file(
      again([&] { return ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC); }));
  if (file.get() < 0) {
    if (errno == ENOENT) return std::string();
    return failure("read", path, errno);
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return failure("read", path, errno);
  std::string bytes(std::min(limit, static_cast<std::size_t>(status.st_size)), '\0');
  std::size_t at = 0;
  while (at < bytes.size()) {
    const ssize_t count =
        again([&] { return ::read(file.get(), bytes.data() + at, bytes.size() - at); });
    if (count < 0) return failure("read", path, errno);
    if (count == 0) break;
    at += static_cast<std::size_t>(count);
  }
  bytes.resize(at);
  return bytes;
}

Result<> SystemDisk::reserve(const fs::path& path, std::uint64_t bytes) {
  const Descriptor file = VG_TRY(open_file("reserve", path, O_WRONLY | O_CREAT));
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return failure("reserve", path, errno);
  const auto had = static_cast<std::uint64_t>(status.st_size);
  const auto reserved = [&]() -> Result<> {
    // Not posix_fallocate: its substitute touches each block, and may still share one.
    if (again([&] { return ::fallocate(file.get(), 0, 0, static_cast<off_t>(bytes)); }) != 0) {
      if (errno != EOPNOTSUPP && errno != ENOSYS) return failure("reserve", path, errno);
      VG_TRY(write_zeros(file.get(), path, had, bytes));
    }
    if (again([&] { return ::fsync(file.get()); }) != 0) return failure("sync", path, errno);
    return {};
  }();
  // Half a reserve is none, and would keep what room there is from the others.
  if (!reserved && again([&] { return ::ftruncate(file.get(), status.st_size); }) != 0)
    return failure("give back", path, errno);
  return reserved;
}

Result<> SystemDisk::make_directory(const fs::path& directory) {
  std::error_code error;
  if (fs::is_directory(directory, error)) return {};
  const fs::path parent = directory.parent_path();
  const bool has_parent = !parent.empty() && parent != directory;
  if (has_parent) VG_TRY(make_directory(parent));
  if (::mkdir(directory.c_str(), kDirectoryMode) != 0) {
    const int number = errno;
    if (number == EEXIST && fs::is_directory(directory, error)) return {};  // "/folder/"
    return failure("make the folder", directory, number);
  }
  return sync_directory(has_parent ? parent : fs::path("."));
}

}  // namespace

Disk& system_disk() {
  static SystemDisk disk;
  return disk;
}

}  // namespace vitalgate::sync
