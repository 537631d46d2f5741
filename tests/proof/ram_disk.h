// RamDisk: the buffer's disk in memory, which fails, fills up and remembers what was done to it.
//
// It is a sync::Disk and, under vfs(), the SQLite VFS of the same files. One instance serves one
// thread; any number of instances may live in a process. A path is absolute.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sync/buffer/disk.h"
#include "tests/proof/medium.h"

namespace vitalgate::proof {

// What the buffer asks of a disk; each is one call that may fail.
enum class Call : std::uint8_t {
  look,  // exists, list, size, free space
  open,
  create,
  read,
  write,
  resize,
  reserve,
  sync,
  sync_directory,
  make_directory,
  rename,
  remove,
};

enum class Effect : std::uint8_t {
  io_error,
  full,
  short_write,   // a part is written, then the disk is full
  sync_forgets,  // the sync fails; what was written is still read but never gets to the medium
  sync_loses,    // the sync fails; what was written is gone
};
std::string_view name(Effect effect);
bool applies(Effect effect, Call call);

struct Fault {
  std::size_t at = 0;  // of calls(), from 0
  Effect effect{};
  bool persistent = false;  // every later call that it applies to, until heal()
  bool once_from = false;   // the first call from `at` on that it applies to
};

class RamDisk final : public sync::Disk {
 public:
  RamDisk();
  ~RamDisk() override;

  // Another disk in place of what was there; nothing may be open. Recording starts anew.
  void load(Image image, bool record);
  // Records from now on, in the middle of a run: what was written and not synced long ago has
  // reached the medium meanwhile. Files may be open.
  void record_from_here();
  void stop_recording();
  [[nodiscard]] bool recording() const { return recording_; }
  [[nodiscard]] const Image& base() const { return base_; }
  [[nodiscard]] const std::vector<Operation>& log() const { return log_; }
  [[nodiscard]] const Image& contents() const { return live_; }

  void fail(const Fault& fault) {
    fault_ = fault;
    fault_hits_ = 0;
  }
  void heal() {
    fault_.reset();
    capacity_ = 0;
  }
  // Whether the fault has happened.
  [[nodiscard]] bool failed() const { return fault_hits_ != 0; }
  // Every call since load(), in order.
  [[nodiscard]] const std::vector<Call>& calls() const { return calls_; }
  // 0: no end. Not `told`: free_bytes() knows nothing of it, as when another program fills the disk
  // between two looks.
  void set_capacity(std::uint64_t bytes, bool told = true) {
    capacity_ = bytes;
    capacity_told_ = told;
  }
  [[nodiscard]] std::uint64_t used() const;

  [[nodiscard]] const char* vfs() const override { return vfs_name_.c_str(); }
  Result<bool> exists(const std::filesystem::path& path) override;
  Result<std::vector<std::string>> list(const std::filesystem::path& directory) override;
  Result<std::string> read(const std::filesystem::path& file, std::size_t limit) override;
  Result<std::uint64_t> size(const std::filesystem::path& file) override;
  Result<std::uint64_t> free_bytes(const std::filesystem::path& directory) override;
  Result<> write(const std::filesystem::path& file, std::uint64_t offset,
                 std::string_view bytes) override;
  Result<> reserve(const std::filesystem::path& file, std::uint64_t bytes) override;
  Result<> make_directory(const std::filesystem::path& directory) override;
  Result<> rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
  Result<> remove(const std::filesystem::path& path) override;
  Result<> sync_file(const std::filesystem::path& file) override;
  Result<> sync_directory(const std::filesystem::path& directory) override;

  // The same files for the VFS, by node.
  enum class Outcome : std::uint8_t { done, io_error, full, missing };
  [[nodiscard]] Outcome look(std::string_view path, bool& there);
  [[nodiscard]] Outcome open(std::string_view path, bool may_create, NodeId& node, bool& created);
  void close(NodeId node);
  [[nodiscard]] Outcome read_at(NodeId node, std::uint64_t offset, char* out, std::size_t count,
                                std::size_t& got);
  [[nodiscard]] Outcome write_at(NodeId node, std::uint64_t offset, std::string_view bytes);
  [[nodiscard]] Outcome resize(NodeId node, std::uint64_t bytes);
  [[nodiscard]] Outcome sync(NodeId node);
  [[nodiscard]] Outcome size_of(NodeId node, std::uint64_t& bytes);
  [[nodiscard]] Outcome unlink(std::string_view path);
  [[nodiscard]] Outcome sync_names(std::string_view directory);
  std::uint64_t chance() { return dice_.next(); }
  std::int64_t clock_ms() { return clock_ms_ += 1; }  // virtual: moves on with each look

 private:
  struct Vfs;
  struct Place {
    NodeId directory = 0;
    std::string name;
  };

  [[nodiscard]] std::optional<NodeId> find(std::string_view path) const;
  [[nodiscard]] std::optional<Place> place(std::string_view path) const;
  [[nodiscard]] std::optional<Effect> gate(Call call);
  [[nodiscard]] bool fits(const Node& node, std::uint64_t bytes) const;
  NodeId add(const Place& place, bool directory);
  Outcome failing_sync(NodeId node, Effect effect);
  void record(Operation operation);
  void drop_if_unused(NodeId node);
  void drop_tree(NodeId node);

  Image base_;
  Image live_;
  std::vector<std::uint16_t> open_;    // handles, per node
  std::vector<std::uint16_t> linked_;  // names, per node: 0 or 1
  std::vector<Operation> log_;
  bool recording_ = false;
  std::vector<Call> calls_;
  std::optional<Fault> fault_;
  std::size_t fault_hits_ = 0;
  std::uint64_t capacity_ = 0;
  bool capacity_told_ = true;
  Dice dice_{1};
  std::int64_t clock_ms_ = 0;
  std::string vfs_name_;
  std::unique_ptr<Vfs> vfs_;
};

}  // namespace vitalgate::proof
