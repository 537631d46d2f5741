#include "sync/buffer/key_copies.h"

#include <algorithm>
#include <utility>

#include "sync/buffer/sealing.h"

namespace vitalgate::sync {
namespace {

constexpr std::array<std::string_view, 2> kNames{"keys.a", "keys.b"};
constexpr std::string_view kNew = ".new";
constexpr std::string_view kOld = ".old";

std::string noise(std::size_t size) {
  std::string bytes;
  while (bytes.size() < size) {
    const Secret some = Secret::random();
    bytes.append(reinterpret_cast<const char*>(some.bytes().data()), Secret::kSize);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace

KeyCopies::KeyCopies(Disk& disk, std::filesystem::path directory)
    : disk_(&disk), directory_(std::move(directory)) {}

std::filesystem::path KeyCopies::path(std::size_t index, std::string_view suffix) const {
  return directory_ / std::string(kNames.at(index)).append(suffix);
}

Result<bool> KeyCopies::is_there(Disk& disk, const std::filesystem::path& directory) {
  for (const std::string_view name : kNames)
    if (VG_TRY(disk.exists(directory / name))) return true;
  return false;
}

Result<std::array<KeyCopies::Copy, 2>> KeyCopies::read() {
  std::array<Copy, 2> copies;
  for (std::size_t i = 0; i < copies.size(); ++i) {
    if (!VG_TRY(disk_->exists(path(i)))) {
      copies.at(i).file = Error{Errc::malformed, "it is missing", {}};
      continue;
    }
    copies.at(i).bytes = VG_TRY(disk_->read(path(i), kKeyFileBytesMax));
    copies.at(i).file = parse_key_file(copies.at(i).bytes);
  }
  return copies;
}

Result<> KeyCopies::repair(const std::array<Copy, 2>& copies, std::string_view bytes) {
  for (std::size_t i = 0; i < copies.size(); ++i)
    if (copies.at(i).bytes != bytes) VG_TRY(replace(i, bytes));
  VG_TRY(wipe_leftovers());
  // A process that was killed may have left names that are not durable yet.
  return disk_->sync_directory(directory_);
}

Result<> KeyCopies::save(std::string_view bytes) {
  VG_TRY(replace(first_, bytes));
  return replace(1 - first_, bytes);
}

Result<> KeyCopies::replace(std::size_t index, std::string_view bytes) {
  // Until this is through, a next attempt must not touch the other file before this one.
  first_ = index;
  const auto target = path(index);
  const auto fresh = path(index, kNew);
  const auto old = path(index, kOld);
  // Of an attempt that failed: a longer one would keep its end.
  VG_TRY(wipe(fresh));
  VG_TRY(wipe(old));
  VG_TRY(disk_->write(fresh, 0, bytes));
  const bool had = VG_TRY(disk_->exists(target));
  if (had) VG_TRY(disk_->rename(target, old));
  VG_TRY(disk_->rename(fresh, target));
  VG_TRY(disk_->sync_directory(directory_));
  if (had) VG_TRY(wipe(old));
  return {};
}

Result<> KeyCopies::wipe(const std::filesystem::path& file) {
  if (!VG_TRY(disk_->exists(file))) return {};
  const auto size = static_cast<std::size_t>(VG_TRY(disk_->size(file)));
  if (size > 0) VG_TRY(disk_->write(file, 0, noise(std::min(size, kKeyFileBytesMax))));
  return disk_->remove(file);
}

Result<> KeyCopies::wipe_leftovers() {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    VG_TRY(wipe(path(i, kNew)));
    VG_TRY(wipe(path(i, kOld)));
  }
  return {};
}

Result<> KeyCopies::erase() {
  for (std::size_t i = 0; i < kNames.size(); ++i) VG_TRY(wipe(path(i)));
  VG_TRY(wipe_leftovers());
  return disk_->sync_directory(directory_);
}

}  // namespace vitalgate::sync
