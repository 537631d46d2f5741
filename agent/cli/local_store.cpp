#include "agent/cli/local_store.h"

#include <sys/stat.h>
#include <unistd.h>

#include "agent/buffer_options.h"
#include "agent/cli/interrupt.h"
#include "sync/buffer/disk.h"

namespace vitalgate::cli {

AsOwner::AsOwner(const std::filesystem::path& directory) {
  struct stat owner {};
  if (::geteuid() != 0 || ::stat(directory.c_str(), &owner) != 0 || owner.st_uid == 0) return;
  // The group first: afterwards we may not any more.
  changed_ = ::setegid(owner.st_gid) == 0 && ::seteuid(owner.st_uid) == 0;
}

AsOwner::~AsOwner() {
  if (changed_ && (::seteuid(0) != 0 || ::setegid(0) != 0)) ::_exit(1);  // never half of it
}

LocalStore::LocalStore(config::Settings settings, const BufferCommand& command)
    : settings_(std::move(settings)) {
  const std::filesystem::path& directory = settings_.buffer.directory;
  const AsOwner as_owner(directory);
  const auto there = sync::Keyring::is_there(sync::system_disk(), directory);
  if (!there) {
    failure_ = Connection::Failure{Exit::failure, there.error().what, there.error().hint};
  } else if (!*there) {
    failure_ = Connection::Failure{Exit::not_found, "there is no store in " + directory.string(),
                                   "name the configuration of the gateway: --config FILE"};
  } else if (auto opened = sync::Buffer::open(buffer_options(settings_), Clock::now()); !opened) {
    failure_ = Connection::Failure{Exit::failure, opened.error().what, opened.error().hint};
  } else {
    buffer_.emplace(*std::move(opened));
    BufferCommand ours = command;
    ours.asked_by = ::getuid();
    job_.emplace(*buffer_, settings_, ours);
    if (const auto objection = job_->objection())
      failure_ = Connection::Failure{Exit::failure, objection->what, objection->hint};
  }
}

LocalStore::~LocalStore() {
  if (!buffer_ || (job_ && job_->has_erased())) return;
  const AsOwner as_owner(settings_.buffer.directory);
  // Nothing was appended: what an unclean close leaves is mended at the next open.
  static_cast<void>(buffer_->close());
}

std::optional<std::string> LocalStore::line() {
  while (taken_ == lines_.size()) {
    if (job_->has_ended() || was_interrupted()) return std::nullopt;
    lines_.clear();
    taken_ = 0;
    const AsOwner as_owner(settings_.buffer.directory);
    job_->step(lines_, Clock::now());
  }
  const std::size_t end = lines_.find('\n', taken_);
  std::string found = lines_.substr(taken_, end - taken_);
  taken_ = end + 1;
  return found;
}

}  // namespace vitalgate::cli
