// A disk in memory for few small files, that loses its power or fails at a chosen call.
//
// Bytes are durable when write() returns, names when sync_directory() does: a cut keeps either
// all names or only those, and a write that is cut leaves half of its bytes.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "sync/buffer/disk.h"

namespace vitalgate::sync {

class CutDisk : public Disk {
 public:
  using Path = std::filesystem::path;

  // The next `calls` writing calls succeed; then one fails, and with `for_good` all after it.
  void fail_after(int calls, bool for_good) {
    left_ = calls;
    for_good_ = for_good;
  }
  // Whether the call that was to fail came.
  [[nodiscard]] bool failed() const { return left_ < 0; }
  // Power is back. What the cut left: every name, or the synced ones.
  void restart(bool only_synced_names) {
    left_ = kNever;
    if (only_synced_names) live_ = synced_;
    synced_ = live_;
  }

  [[nodiscard]] const char* vfs() const override { return nullptr; }
  Result<bool> exists(const Path& path) override { return live_.contains(path); }
  Result<std::vector<std::string>> list(const Path& directory) override {
    std::vector<std::string> names;
    for (const auto& [path, bytes] : live_)
      if (path.parent_path() == directory) names.push_back(path.filename());
    return names;
  }
  Result<std::string> read(const Path& file, std::size_t limit) override {
    return live_.contains(file) ? live_[file]->substr(0, limit) : std::string();
  }
  Result<std::uint64_t> size(const Path& file) override {
    return std::uint64_t{live_.at(file)->size()};
  }
  Result<std::uint64_t> free_bytes(const Path&) override { return std::uint64_t{1} << 40; }

  Result<> write(const Path& file, std::uint64_t offset, std::string_view bytes) override {
    const bool works = step();
    if (!works) bytes = bytes.substr(0, bytes.size() / 2);
    auto& content = live_[file];
    if (content == nullptr) content = std::make_shared<std::string>();
    if (content->size() < offset + bytes.size()) content->resize(offset + bytes.size());
    content->replace(offset, bytes.size(), bytes);
    return outcome(works);
  }
  Result<> reserve(const Path&, std::uint64_t) override { return outcome(step()); }
  Result<> make_directory(const Path&) override { return outcome(step()); }
  Result<> rename(const Path& from, const Path& to) override {
    if (!step()) return outcome(false);
    live_[to] = live_.at(from);
    live_.erase(from);
    return {};
  }
  Result<> remove(const Path& path) override {
    if (!step()) return outcome(false);
    live_.erase(path);
    return {};
  }
  Result<> sync_file(const Path&) override { return outcome(step()); }
  Result<> sync_directory(const Path&) override {
    if (!step()) return outcome(false);
    synced_ = live_;
    return {};
  }

  // A copy with files of its own.
  [[nodiscard]] std::map<Path, std::string> files() const {
    std::map<Path, std::string> out;
    for (const auto& [path, bytes] : live_) out[path] = *bytes;
    return out;
  }
  void set_files(const std::map<Path, std::string>& files) {
    live_.clear();
    for (const auto& [path, bytes] : files) live_[path] = std::make_shared<std::string>(bytes);
    restart(false);
  }

 private:
  static constexpr int kNever = 1'000'000;
  using Files = std::map<Path, std::shared_ptr<std::string>>;

  bool step() {
    if (left_ > 0) {
      --left_;
      return true;
    }
    const bool fails = left_ == 0 || for_good_;
    left_ = -1;
    return !fails;
  }
  static Result<> outcome(bool works) {
    if (works) return {};
    return Error{Errc::unavailable, "the disk failed", "wait"};
  }

  Files live_;
  Files synced_;
  int left_ = kNever;
  bool for_good_ = false;
};

}  // namespace vitalgate::sync
