// The SQLite side of RamDisk: a VFS whose files are its nodes.
//
// Version 1 of the io methods is enough: with locking_mode=EXCLUSIVE a write-ahead log needs no
// shared memory.
#include <sqlite3.h>

#include <atomic>
#include <cstring>

#include "tests/proof/ram_disk.h"

namespace vitalgate::proof {
namespace {

using Outcome = RamDisk::Outcome;

constexpr int kPathMax = 512;
constexpr std::int64_t kJulianEpochMs = 210866760000000;  // 1970 in SQLite's day count
constexpr std::int64_t kBeganMs = 1'772'460'307'120;

struct File {
  sqlite3_file base;
  RamDisk* disk;
  NodeId node;
  // As SQLite's own VFS: a new journal's name becomes durable with its first sync, or not: whether
  // the directory's sync worked is not looked at.
  bool name_not_synced;
  char directory[kPathMax];
};

File& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
RamDisk& of(sqlite3_vfs* vfs) { return *static_cast<RamDisk*>(vfs->pAppData); }

int code(Outcome outcome, int io_error) {
  switch (outcome) {
    case Outcome::done:
      return SQLITE_OK;
    case Outcome::full:
      return SQLITE_FULL;
    case Outcome::missing:
    case Outcome::io_error:
      break;
  }
  return io_error;
}

int file_close(sqlite3_file* file) {
  of(file).disk->close(of(file).node);
  return SQLITE_OK;
}

int file_read(sqlite3_file* file, void* out, int count, sqlite3_int64 offset) {
  auto* bytes = static_cast<char*>(out);
  const auto wanted = static_cast<std::size_t>(count);
  std::size_t got = 0;
  const Outcome outcome =
      of(file).disk->read_at(of(file).node, static_cast<std::uint64_t>(offset), bytes, wanted, got);
  if (outcome != Outcome::done) return SQLITE_IOERR_READ;
  if (got == wanted) return SQLITE_OK;
  std::memset(bytes + got, 0, wanted - got);
  return SQLITE_IOERR_SHORT_READ;
}

int file_write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
  const std::string_view text(static_cast<const char*>(bytes), static_cast<std::size_t>(count));
  return code(of(file).disk->write_at(of(file).node, static_cast<std::uint64_t>(offset), text),
              SQLITE_IOERR_WRITE);
}

int file_truncate(sqlite3_file* file, sqlite3_int64 size) {
  return code(of(file).disk->resize(of(file).node, static_cast<std::uint64_t>(size)),
              SQLITE_IOERR_TRUNCATE);
}

int file_sync(sqlite3_file* file, int) {
  File& self = of(file);
  const int synced = code(self.disk->sync(self.node), SQLITE_IOERR_FSYNC);
  if (synced != SQLITE_OK || !self.name_not_synced) return synced;
  self.name_not_synced = false;
  static_cast<void>(self.disk->sync_names(self.directory));
  return SQLITE_OK;
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  std::uint64_t bytes = 0;
  const Outcome outcome = of(file).disk->size_of(of(file).node, bytes);
  *size = static_cast<sqlite3_int64>(bytes);
  return code(outcome, SQLITE_IOERR_FSTAT);
}

int file_lock(sqlite3_file*, int) { return SQLITE_OK; }
int file_reserved(sqlite3_file*, int* out) { return *out = 0, SQLITE_OK; }
int file_control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int file_sector(sqlite3_file*) { return 4096; }
int file_characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

constexpr sqlite3_io_methods kMethods{1,
                                      file_close,
                                      file_read,
                                      file_write,
                                      file_truncate,
                                      file_sync,
                                      file_size,
                                      file_lock,
                                      file_lock,
                                      file_reserved,
                                      file_control,
                                      file_sector,
                                      file_characteristics,
                                      nullptr,
                                      nullptr,
                                      nullptr,
                                      nullptr,
                                      nullptr,
                                      nullptr};

int vfs_open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
  File& self = of(file);
  self.base.pMethods = nullptr;
  if (name == nullptr || std::strlen(name) >= kPathMax) return SQLITE_CANTOPEN;
  self.disk = &of(vfs);
  bool created = false;
  const Outcome opened =
      self.disk->open(name, (flags & SQLITE_OPEN_CREATE) != 0, self.node, created);
  if (opened != Outcome::done) return code(opened, SQLITE_CANTOPEN);
  self.name_not_synced =
      created &&
      (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL | SQLITE_OPEN_SUPER_JOURNAL)) != 0;
  std::strncpy(self.directory, name, kPathMax - 1);
  self.directory[kPathMax - 1] = '\0';
  if (char* slash = std::strrchr(self.directory, '/')) *slash = '\0';
  self.base.pMethods = &kMethods;
  if (out != nullptr) *out = flags;
  return SQLITE_OK;
}

int vfs_delete(sqlite3_vfs* vfs, const char* name, int sync_directory) {
  RamDisk& disk = of(vfs);
  const Outcome removed = disk.unlink(name);
  if (removed == Outcome::missing) return SQLITE_IOERR_DELETE_NOENT;
  if (removed != Outcome::done) return SQLITE_IOERR_DELETE;
  if (sync_directory == 0) return SQLITE_OK;
  const std::string_view path(name);
  return code(disk.sync_names(path.substr(0, path.rfind('/'))), SQLITE_IOERR_DIR_FSYNC);
}

int vfs_access(sqlite3_vfs* vfs, const char* name, int, int* out) {
  bool there = false;
  const Outcome looked = of(vfs).look(name, there);
  *out = there ? 1 : 0;
  return code(looked, SQLITE_IOERR_ACCESS);
}

int vfs_full_path(sqlite3_vfs*, const char* name, int size, char* out) {
  if (std::strlen(name) >= static_cast<std::size_t>(size)) return SQLITE_CANTOPEN;
  std::memcpy(out, name, std::strlen(name) + 1);
  return SQLITE_OK;
}

int vfs_randomness(sqlite3_vfs* vfs, int count, char* out) {
  for (int i = 0; i < count; ++i) out[i] = static_cast<char>(of(vfs).chance());
  return count;
}

int vfs_sleep(sqlite3_vfs*, int microseconds) { return microseconds; }

int vfs_time(sqlite3_vfs* vfs, sqlite3_int64* out) {
  *out = kJulianEpochMs + kBeganMs + of(vfs).clock_ms();
  return SQLITE_OK;
}

int vfs_old_time(sqlite3_vfs* vfs, double* out) {
  sqlite3_int64 ms = 0;
  vfs_time(vfs, &ms);
  *out = static_cast<double>(ms) / 86'400'000.0;
  return SQLITE_OK;
}

int vfs_last_error(sqlite3_vfs*, int, char*) { return 0; }

}  // namespace

struct RamDisk::Vfs {
  sqlite3_vfs vfs{};
};

RamDisk::RamDisk() : vfs_(std::make_unique<Vfs>()) {
  static std::atomic<unsigned> number{0};
  vfs_name_ = std::string("ram-").append(std::to_string(++number));
  sqlite3_vfs& vfs = vfs_->vfs;
  vfs.iVersion = 2;
  vfs.szOsFile = sizeof(File);
  vfs.mxPathname = kPathMax;
  vfs.zName = vfs_name_.c_str();
  vfs.pAppData = this;
  vfs.xOpen = vfs_open;
  vfs.xDelete = vfs_delete;
  vfs.xAccess = vfs_access;
  vfs.xFullPathname = vfs_full_path;
  vfs.xRandomness = vfs_randomness;
  vfs.xSleep = vfs_sleep;
  vfs.xCurrentTime = vfs_old_time;
  vfs.xGetLastError = vfs_last_error;
  vfs.xCurrentTimeInt64 = vfs_time;
  sqlite3_vfs_register(&vfs, 0);
  load(empty_image(), false);
}

RamDisk::~RamDisk() { sqlite3_vfs_unregister(&vfs_->vfs); }

}  // namespace vitalgate::proof
