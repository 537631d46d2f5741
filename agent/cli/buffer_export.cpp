// vitalgate buffer export: every stored reading as a row of the upload contract, one a line. This
// is patient data: it goes to the named file, closed to others, or to stdout, and nowhere else.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "agent/cli/interrupt.h"
#include "agent/cli/job.h"
#include "agent/cli/output.h"

namespace vitalgate::cli {
namespace {

using Json = nlohmann::json;

// A file that is there whole or not at all.
class WholeFile {
 public:
  explicit WholeFile(const std::string& path)
      : path_(path), part_(path + ".part-" + std::to_string(::getpid())) {
    const int fd =
        ::open(part_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd >= 0) file_ = ::fdopen(fd, "w");
  }
  WholeFile(const WholeFile&) = delete;
  WholeFile& operator=(const WholeFile&) = delete;
  ~WholeFile() {
    if (!file_) return;
    std::fclose(file_);
    ::unlink(part_.c_str());
  }

  [[nodiscard]] std::FILE* file() const { return file_; }

  // Under its own name from now on, durably. False with errno when that failed.
  bool finish() {
    if (std::fflush(file_) != 0 || ::fsync(::fileno(file_)) != 0) return false;
    // Not rename(): a file that came meanwhile is somebody's.
    if (::renameat2(AT_FDCWD, part_.c_str(), AT_FDCWD, path_.c_str(), RENAME_NOREPLACE) != 0 &&
        (errno != EINVAL || ::rename(part_.c_str(), path_.c_str()) != 0))
      return false;
    std::fclose(std::exchange(file_, nullptr));
    const auto parent = std::filesystem::absolute(path_).parent_path();
    const int directory = ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory >= 0) {
      ::fsync(directory);
      ::close(directory);
    }
    return true;
  }

 private:
  const std::string path_;
  const std::string part_;
  std::FILE* file_ = nullptr;
};

Exit cannot_write(const Globals& globals, const std::string& file, int code) {
  return fail(globals, Exit::failure, fmt::format("write {}: {}", file, std::strerror(code)),
              "choose a place with room that you may write to, on a disk that is encrypted");
}

// Rows to `out`; 0, or the errno of a write that failed.
Exit copy_rows(const Globals& globals, Job& job, std::FILE* out, const std::string& name) {
  int problem = 0;
  const Exit ended = job.follow(globals, [&](const std::string& row) {
    const bool written =
        std::fwrite(row.data(), 1, row.size(), out) == row.size() && std::fputc('\n', out) != EOF;
    if (!written) problem = errno;
    return written && !was_interrupted();
  });
  if (problem != 0) return cannot_write(globals, name, problem);
  return ended;
}

void tell(const Globals& globals, const Json& result, const std::string& file) {
  const std::uint64_t readings = number(result, "readings");
  if (globals.json) {
    const Json report{{"schema", "vitalgate.export/1"}, {"readings", readings}, {"file", file}};
    fmt::print("{}\n", report.dump(-1, ' ', false, Json::error_handler_t::replace));
  } else if (!globals.quiet) {
    fmt::print("Exported {} readings to {}\n", count(readings), file);
    fmt::print(
        "It holds patient data in clear, readable by its owner alone: delete it when done.\n");
  }
}

Exit export_to_stdout(const Globals& globals, const BufferCommand& command,
                      const std::string& config_file) {
  std::signal(SIGPIPE, SIG_DFL);
  if (::isatty(STDOUT_FILENO) != 1 && !globals.quiet)
    fmt::print(stderr, "vitalgate: what follows is patient data in clear\n");
  Job job(globals, command, config_file);
  if (const auto& failure = job.failure())
    return fail(globals, failure->code, failure->what, failure->hint);
  const Exit ended = copy_rows(globals, job, stdout, "standard output");
  if (ended == Exit::ok && std::fflush(stdout) != 0)
    return cannot_write(globals, "standard output", errno);
  return ended;
}

}  // namespace

Exit export_buffer(const Globals& globals, const std::string& file,
                   const std::string& config_file) {
  const BufferCommand command{.verb = BufferCommand::Verb::export_rows};
  if (file == "-") return export_to_stdout(globals, command, config_file);
  if (::access(file.c_str(), F_OK) == 0)
    return fail(globals, Exit::failure, file + " is there already",
                "name another file, or remove this one first");
  WholeFile whole(file);
  if (!whole.file()) return cannot_write(globals, file, errno);
  Job job(globals, command, config_file);
  if (const auto& failure = job.failure())
    return fail(globals, failure->code, failure->what, failure->hint);
  if (const Exit ended = copy_rows(globals, job, whole.file(), file); ended != Exit::ok)
    return ended;
  if (!whole.finish()) return cannot_write(globals, file, errno);
  tell(globals, job.result(), file);
  return Exit::ok;
}

}  // namespace vitalgate::cli
