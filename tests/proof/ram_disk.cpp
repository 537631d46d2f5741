#include "tests/proof/ram_disk.h"

#include <algorithm>
#include <array>

namespace vitalgate::proof {
namespace {

using Kind = Operation::Kind;
using Outcome = RamDisk::Outcome;

constexpr std::uint64_t kEndless = std::uint64_t{1} << 40;

Outcome outcome_of(Effect effect) {
  return effect == Effect::io_error ? Outcome::io_error : Outcome::full;
}

}  // namespace

std::string_view name(Effect effect) {
  constexpr std::array<std::string_view, 5> kNames{"io-error", "full", "short-write",
                                                   "sync-forgets", "sync-loses"};
  return kNames.at(static_cast<std::size_t>(effect));
}

bool applies(Effect effect, Call call) {
  switch (effect) {
    case Effect::io_error:
      return true;
    case Effect::full:
      return call == Call::write || call == Call::create || call == Call::reserve ||
             call == Call::rename || call == Call::make_directory;
    case Effect::short_write:
      return call == Call::write;
    case Effect::sync_forgets:
    case Effect::sync_loses:
      return call == Call::sync;
  }
  return false;
}

void RamDisk::load(Image image, bool record) {
  live_ = std::move(image);
  recording_ = record;
  base_ = record ? live_ : Image{};
  log_.clear();
  calls_.clear();
  fault_.reset();
  fault_hits_ = 0;
  capacity_ = 0;
  open_.assign(live_.size(), 0);
  linked_.assign(live_.size(), 0);
  for (const Node& node : live_)
    for (const auto& [name, child] : node.entries) linked_[child] = 1;
}

void RamDisk::record_from_here() {
  base_ = live_;
  log_.clear();
  recording_ = true;
}

void RamDisk::stop_recording() {
  recording_ = false;
  base_ = {};
  log_.clear();
}

std::uint64_t RamDisk::used() const {
  std::uint64_t bytes = 0;
  for (const Node& node : live_) bytes += std::max<std::uint64_t>(node.bytes.size(), node.reserved);
  return bytes;
}

std::optional<Effect> RamDisk::gate(Call call) {
  const std::size_t number = calls_.size();
  calls_.push_back(call);
  if (!fault_ || number < fault_->at || !applies(fault_->effect, call)) return std::nullopt;
  if (fault_->once_from ? fault_hits_ != 0 : number != fault_->at && !fault_->persistent)
    return std::nullopt;
  ++fault_hits_;
  return fault_->effect;
}

std::optional<NodeId> RamDisk::find(std::string_view path) const {
  NodeId at = kRoot;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    if (part.empty()) continue;
    const auto found = live_[at].entries.find(part);
    if (found == live_[at].entries.end()) return std::nullopt;
    at = found->second;
  }
  return at;
}

std::optional<RamDisk::Place> RamDisk::place(std::string_view path) const {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos || slash + 1 == path.size()) return std::nullopt;
  const auto directory = find(path.substr(0, slash));
  if (!directory || !live_[*directory].directory) return std::nullopt;
  return Place{*directory, std::string(path.substr(slash + 1))};
}

void RamDisk::record(Operation operation) {
  if (recording_) log_.push_back(std::move(operation));
}

bool RamDisk::fits(const Node& node, std::uint64_t bytes) const {
  const std::uint64_t owned = std::max<std::uint64_t>(node.bytes.size(), node.reserved);
  return capacity_ == 0 || bytes <= owned || used() + (bytes - owned) <= capacity_;
}

NodeId RamDisk::add(const Place& place, bool directory) {
  const auto node = static_cast<NodeId>(live_.size());
  live_.emplace_back().directory = directory;
  open_.push_back(0);
  linked_.push_back(1);
  live_[place.directory].entries.emplace(place.name, node);
  record({.kind = Kind::create, .node = node, .offset = directory ? 1u : 0u});
  record({.kind = Kind::link, .node = node, .directory = place.directory, .name = place.name});
  return node;
}

void RamDisk::drop_if_unused(NodeId node) {
  if (open_[node] != 0 || linked_[node] != 0) return;
  live_[node].bytes.clear();
  live_[node].bytes.shrink_to_fit();
  live_[node].reserved = 0;
}

void RamDisk::drop_tree(NodeId node) {
  linked_[node] = 0;
  for (const auto& [name, child] : live_[node].entries) drop_tree(child);
  live_[node].entries.clear();
  drop_if_unused(node);
}

Outcome RamDisk::look(std::string_view path, bool& there) {
  if (gate(Call::look)) return Outcome::io_error;
  there = find(path).has_value();
  return Outcome::done;
}

Outcome RamDisk::open(std::string_view path, bool may_create, NodeId& node, bool& created) {
  const auto found = find(path);
  created = !found && may_create;
  if (const auto effect = gate(created ? Call::create : Call::open)) return outcome_of(*effect);
  if (found) {
    if (live_[*found].directory) return Outcome::io_error;
    node = *found;
  } else {
    const auto where = place(path);
    if (!may_create || !where) return Outcome::missing;
    node = add(*where, false);
  }
  ++open_[node];
  return Outcome::done;
}

void RamDisk::close(NodeId node) {
  --open_[node];
  drop_if_unused(node);
}

Outcome RamDisk::read_at(NodeId node, std::uint64_t offset, char* out, std::size_t count,
                         std::size_t& got) {
  if (gate(Call::read)) return Outcome::io_error;
  const Node& file = live_[node];
  const std::uint64_t end = std::max<std::uint64_t>(file.bytes.size(), file.reserved);
  got = offset >= end ? 0 : static_cast<std::size_t>(std::min<std::uint64_t>(count, end - offset));
  const std::size_t written =
      offset >= file.bytes.size() ? 0 : std::min<std::size_t>(got, file.bytes.size() - offset);
  std::copy_n(file.bytes.data() + (written == 0 ? 0 : offset), written, out);
  std::fill(out + written, out + got, '\0');
  return Outcome::done;
}

Outcome RamDisk::write_at(NodeId node, std::uint64_t offset, std::string_view bytes) {
  Outcome outcome = Outcome::done;
  if (const auto effect = gate(Call::write)) {
    outcome = outcome_of(*effect);
    bytes = *effect == Effect::short_write ? bytes.substr(0, bytes.size() / 2) : bytes.substr(0, 0);
  }
  if (outcome == Outcome::done && !fits(live_[node], offset + bytes.size())) {
    outcome = Outcome::full;
    bytes = bytes.substr(0, 0);
  }
  if (bytes.empty()) return outcome;
  std::string& content = live_[node].bytes;
  if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size(), '\0');
  content.replace(offset, bytes.size(), bytes);
  record({.kind = Kind::write, .node = node, .offset = offset, .bytes = std::string(bytes)});
  return outcome;
}

Outcome RamDisk::resize(NodeId node, std::uint64_t bytes) {
  if (const auto effect = gate(Call::resize)) return outcome_of(*effect);
  if (!fits(live_[node], bytes)) return Outcome::full;
  live_[node].bytes.resize(bytes, '\0');
  live_[node].reserved = std::min(live_[node].reserved, bytes);
  record({.kind = Kind::resize, .node = node, .offset = bytes});
  return Outcome::done;
}

Outcome RamDisk::failing_sync(NodeId node, Effect effect) {
  if (effect == Effect::sync_loses && recording_) {
    Medium medium(base_);
    for (const Operation& operation : log_) medium.apply(operation);
    Dice unused(0);
    live_[node].bytes = medium.cut(Damage::all_lost, unused)[node].bytes;
  }
  if (effect != Effect::io_error) record({.kind = Kind::forget, .node = node});
  return Outcome::io_error;
}

Outcome RamDisk::sync(NodeId node) {
  if (const auto effect = gate(Call::sync)) return failing_sync(node, *effect);
  record({.kind = Kind::sync, .node = node});
  return Outcome::done;
}

Outcome RamDisk::size_of(NodeId node, std::uint64_t& bytes) {
  if (gate(Call::look)) return Outcome::io_error;
  bytes = std::max<std::uint64_t>(live_[node].bytes.size(), live_[node].reserved);
  return Outcome::done;
}

Outcome RamDisk::unlink(std::string_view path) {
  if (gate(Call::remove)) return Outcome::io_error;
  const auto where = place(path);
  const auto node = find(path);
  if (!where || !node) return Outcome::missing;
  record({.kind = Kind::unlink, .directory = where->directory, .name = where->name});
  live_[where->directory].entries.erase(where->name);
  drop_tree(*node);
  return Outcome::done;
}

Outcome RamDisk::sync_names(std::string_view directory) {
  if (gate(Call::sync_directory)) return Outcome::io_error;
  const auto node = find(directory);
  if (!node) return Outcome::missing;
  record({.kind = Kind::sync_directory, .directory = *node});
  return Outcome::done;
}

namespace {

Result<> result(Outcome outcome, std::string_view doing, const std::filesystem::path& path) {
  if (outcome == Outcome::done) return {};
  std::string what = std::string(doing).append(" ").append(path.native());
  what.append(outcome == Outcome::full      ? ": No space left on device"
              : outcome == Outcome::missing ? ": No such file or directory"
                                            : ": Input/output error");
  return Error{Errc::unavailable, std::move(what), "wait until the test disk is well again"};
}

}  // namespace

Result<bool> RamDisk::exists(const std::filesystem::path& path) {
  bool there = false;
  VG_TRY(result(look(path.native(), there), "look at", path));
  return there;
}

Result<std::vector<std::string>> RamDisk::list(const std::filesystem::path& directory) {
  if (gate(Call::look)) return result(Outcome::io_error, "list", directory).error();
  std::vector<std::string> names;
  if (const auto node = find(directory.native()))
    for (const auto& [name, child] : live_[*node].entries) names.push_back(name);
  return names;
}

Result<std::string> RamDisk::read(const std::filesystem::path& file, std::size_t limit) {
  const auto node = find(file.native());
  if (!node) {
    if (gate(Call::open)) return result(Outcome::io_error, "open", file).error();
    return std::string();
  }
  const std::uint64_t there =
      std::max<std::uint64_t>(live_[*node].bytes.size(), live_[*node].reserved);
  std::string bytes(std::min<std::uint64_t>(limit, there), '\0');
  std::size_t got = 0;
  VG_TRY(result(read_at(*node, 0, bytes.data(), bytes.size(), got), "read", file));
  return bytes;
}

Result<std::uint64_t> RamDisk::size(const std::filesystem::path& file) {
  const auto node = find(file.native());
  std::uint64_t bytes = 0;
  if (!node) return result(Outcome::missing, "look at", file).error();
  VG_TRY(result(size_of(*node, bytes), "look at", file));
  return bytes;
}

Result<std::uint64_t> RamDisk::free_bytes(const std::filesystem::path& directory) {
  if (gate(Call::look)) return result(Outcome::io_error, "look at", directory).error();
  if (capacity_ == 0 || !capacity_told_) return kEndless;
  return capacity_ - std::min(capacity_, used());
}

Result<> RamDisk::write(const std::filesystem::path& file, std::uint64_t offset,
                        std::string_view bytes) {
  NodeId node = 0;
  bool created = false;
  VG_TRY(result(open(file.native(), true, node, created), "open", file));
  auto done = result(write_at(node, offset, bytes), "write", file);
  if (done) done = result(sync(node), "sync", file);
  close(node);
  return done;
}

Result<> RamDisk::reserve(const std::filesystem::path& file, std::uint64_t bytes) {
  NodeId node = 0;
  bool created = false;
  VG_TRY(result(open(file.native(), true, node, created), "open", file));
  close(node);
  const auto effect = gate(Call::reserve);
  if (effect) return result(outcome_of(*effect), "reserve", file);
  if (!fits(live_[node], bytes)) return result(Outcome::full, "reserve", file);
  live_[node].reserved = std::max(live_[node].reserved, bytes);
  record({.kind = Kind::reserve, .node = node, .offset = bytes});
  return {};
}

Result<> RamDisk::make_directory(const std::filesystem::path& directory) {
  if (find(directory.native())) return {};
  if (directory.has_parent_path() && !find(directory.parent_path().native()))
    VG_TRY(make_directory(directory.parent_path()));
  if (const auto effect = gate(Call::make_directory))
    return result(outcome_of(*effect), "create", directory);
  add(*place(directory.native()), true);
  return {};
}

Result<> RamDisk::rename(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (const auto effect = gate(Call::rename)) return result(outcome_of(*effect), "rename", from);
  const auto node = find(from.native());
  const auto source = place(from.native());
  const auto target = place(to.native());
  if (!node || !source || !target) return result(Outcome::missing, "rename", from);
  const Operation operation{.kind = Kind::rename,
                            .directory = source->directory,
                            .to_directory = target->directory,
                            .name = source->name,
                            .to_name = target->name};
  const auto replaced = find(to.native());
  // rename(2): a directory in the way must be empty, and a file does not replace one.
  if (replaced &&
      (live_[*replaced].directory != live_[*node].directory || !live_[*replaced].entries.empty()))
    return result(Outcome::io_error, "rename", from);
  change_names(live_, operation);
  if (replaced) drop_tree(*replaced);
  record(operation);
  return {};
}

Result<> RamDisk::remove(const std::filesystem::path& path) {
  const auto outcome = unlink(path.native());
  return outcome == Outcome::missing ? Result<>() : result(outcome, "remove", path);
}

Result<> RamDisk::sync_file(const std::filesystem::path& file) {
  const auto node = find(file.native());
  return result(node ? sync(*node) : Outcome::missing, "sync", file);
}

Result<> RamDisk::sync_directory(const std::filesystem::path& directory) {
  return result(sync_names(directory.native()), "sync", directory);
}

}  // namespace vitalgate::proof
