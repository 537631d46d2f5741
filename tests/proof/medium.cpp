#include "tests/proof/medium.h"

#include <algorithm>
#include <array>

namespace vitalgate::proof {
namespace {

constexpr std::size_t kOlderMax = 64;

using Kind = Operation::Kind;

Node& grown(Image& image, NodeId node) {
  if (image.size() <= node) image.resize(node + 1);
  return image[node];
}

void write_at(std::string& bytes, std::uint64_t offset, std::string_view what) {
  if (bytes.size() < offset + what.size()) bytes.resize(offset + what.size(), '\0');
  bytes.replace(offset, what.size(), what);
}

void fill_with_chance(std::string& bytes, std::size_t from, std::size_t count, Dice& dice) {
  for (std::size_t i = 0; i < count; ++i) bytes[from + i] = static_cast<char>(dice.next());
}

}  // namespace

Image empty_image() {
  Image image(1);
  image[kRoot].directory = true;
  return image;
}

Image image_with_directory(std::string_view name) {
  Image image = empty_image();
  image[kRoot].entries.emplace(name, 1);
  image.emplace_back().directory = true;
  return image;
}

std::string_view name(Damage damage) {
  constexpr std::array<std::string_view, kDamages> kNames{
      "all-kept", "all-lost", "sectors-lost", "torn",  "garbled", "directory-lost",
      "prefix",   "zeros",    "shrunk",       "mixed", "worn"};
  return kNames.at(static_cast<std::size_t>(damage));
}

std::string describe(const Operation& operation) {
  const auto node = "node " + std::to_string(operation.node);
  const auto entry = std::to_string(operation.directory) + "/" + operation.name;
  switch (operation.kind) {
    case Kind::write:
      return "write " + node + " at " + std::to_string(operation.offset) + ", " +
             std::to_string(operation.bytes.size()) + " bytes";
    case Kind::resize:
      return "resize " + node + " to " + std::to_string(operation.offset);
    case Kind::reserve:
      return "reserve " + node + " " + std::to_string(operation.offset);
    case Kind::sync:
      return "sync " + node;
    case Kind::forget:
      return "failed sync " + node;
    case Kind::create:
      return "create " + node;
    case Kind::link:
      return "link " + node + " as " + entry;
    case Kind::rename:
      return "rename " + entry + " to " + std::to_string(operation.to_directory) + "/" +
             operation.to_name;
    case Kind::unlink:
      return "unlink " + entry;
    case Kind::sync_directory:
      return "sync directory " + std::to_string(operation.directory);
  }
  return {};
}

void change_names(Image& image, const Operation& operation) {
  auto& entries = grown(image, operation.directory).entries;
  if (operation.kind == Kind::link) {
    entries.insert_or_assign(operation.name, operation.node);
    return;
  }
  const auto found = entries.find(operation.name);
  if (found == entries.end()) return;
  const NodeId node = found->second;
  entries.erase(found);
  if (operation.kind == Kind::rename)
    grown(image, operation.to_directory).entries.insert_or_assign(operation.to_name, node);
}

Medium::Medium(Image durable) : durable_(std::move(durable)), writes_(durable_.size()) {}

std::vector<Medium::Write>& Medium::writes(NodeId node) {
  if (writes_.size() <= node) writes_.resize(node + 1);
  grown(durable_, node);
  return writes_[node];
}

void Medium::apply(const Operation& operation) {
  ++order_;
  switch (operation.kind) {
    case Kind::write:
    case Kind::resize:
    case Kind::reserve:
      writes(operation.node).push_back({order_, operation.kind, operation.offset, operation.bytes});
      ++data_pending_;
      return;
    case Kind::sync:
      return sync(operation.node);
    case Kind::forget:
      data_pending_ -= writes(operation.node).size();
      writes(operation.node).clear();
      return;
    case Kind::create:
      writes(operation.node);
      durable_[operation.node].directory = operation.offset != 0;
      return;
    case Kind::link:
    case Kind::rename:
    case Kind::unlink:
      names_.push_back({order_, operation});
      return;
    case Kind::sync_directory:
      return sync_directory(operation.directory);
  }
}

void Medium::remember(NodeId node, const Write& write) {
  const std::string& now = durable_[node].bytes;
  const std::uint64_t end = std::min<std::uint64_t>(write.offset + write.bytes.size(), now.size());
  for (std::uint64_t sector = write.offset / kSectorBytes; sector * kSectorBytes < end; ++sector)
    older_.push_back({node, sector, now.substr(sector * kSectorBytes, kSectorBytes)});
  while (older_.size() > kOlderMax) older_.pop_front();
}

struct Medium::Fate {
  Damage damage{};
  std::uint64_t until = 0;  // operations after this order are lost
  std::uint64_t last = 0;   // the newest write
};

void Medium::sync(NodeId node) {
  Dice unused(0);
  for (const Write& write : writes(node)) {
    if (write.kind == Kind::write) remember(node, write);
    put(durable_[node], write, {Damage::all_kept, order_, 0}, unused);
  }
  data_pending_ -= writes_[node].size();
  writes_[node].clear();
}

void Medium::sync_directory(NodeId directory) {
  std::vector<Name> left;
  for (Name& change : names_) {
    const bool here =
        change.operation.directory == directory ||
        (change.operation.kind == Kind::rename && change.operation.to_directory == directory);
    if (here) {
      change_names(durable_, change.operation);
    } else {
      left.push_back(std::move(change));
    }
  }
  names_ = std::move(left);
}

void Medium::put_sector(Node& node, std::uint64_t offset, std::string_view bytes, const Fate& fate,
                        Dice& dice) {
  const bool is_new = offset + bytes.size() > node.bytes.size();
  switch (fate.damage) {
    case Damage::sectors_lost:
      if (dice.one_in(2)) return;
      break;
    case Damage::garbled:
    case Damage::mixed:
      if (dice.one_in(3)) return;
      if (dice.one_in(2)) {
        write_at(node.bytes, offset, bytes);
        fill_with_chance(node.bytes, offset, bytes.size(), dice);
        return;
      }
      break;
    case Damage::zeros:
      if (dice.one_in(8)) break;
      if (is_new) write_at(node.bytes, offset, std::string(bytes.size(), '\0'));
      return;
    default:
      break;
  }
  write_at(node.bytes, offset, bytes);
}

void Medium::put(Node& node, const Write& write, const Fate& fate, Dice& dice) {
  if (write.order > fate.until) return;
  if (write.kind == Kind::reserve) {
    if (fate.damage != Damage::shrunk) node.reserved = std::max(node.reserved, write.offset);
    return;
  }
  if (write.kind == Kind::resize) {
    if (fate.damage != Damage::shrunk) node.bytes.resize(write.offset, '\0');
    node.reserved = std::min(node.reserved, write.offset);
    return;
  }
  std::string_view bytes = write.bytes;
  if (fate.damage == Damage::torn && write.order == fate.last)
    bytes = bytes.substr(0, dice.next() % (bytes.size() + 1));
  if (fate.damage == Damage::shrunk)
    bytes = write.offset >= node.bytes.size()
                ? std::string_view()
                : bytes.substr(0, std::min(bytes.size(), node.bytes.size() - write.offset));
  if (fate.damage == Damage::all_kept || fate.damage == Damage::torn ||
      fate.damage == Damage::shrunk || fate.damage == Damage::prefix ||
      fate.damage == Damage::directory_lost) {
    if (!bytes.empty()) write_at(node.bytes, write.offset, bytes);
    return;
  }
  std::uint64_t offset = write.offset;
  while (!bytes.empty()) {
    const std::size_t room = kSectorBytes - offset % kSectorBytes;
    const std::string_view part = bytes.substr(0, room);
    put_sector(node, offset, part, fate, dice);
    offset += part.size();
    bytes.remove_prefix(part.size());
  }
}

Image Medium::cut(Damage damage, Dice& dice) const {
  Image image = durable_;
  if (damage == Damage::all_lost || damage == Damage::worn) return image;
  Fate fate{damage, order_, 0};
  if (damage == Damage::prefix) {
    const std::uint64_t pending = data_pending_ + names_.size();
    std::vector<std::uint64_t> orders;
    orders.reserve(pending);
    for (const auto& of_node : writes_)
      for (const Write& write : of_node) orders.push_back(write.order);
    for (const Name& change : names_) orders.push_back(change.order);
    std::sort(orders.begin(), orders.end());
    if (orders.empty()) return image;
    fate.until = orders[dice.next() % orders.size()] - 1;
  }
  for (const auto& of_node : writes_)
    for (const Write& write : of_node)
      if (write.kind == Kind::write) fate.last = std::max(fate.last, write.order);
  for (NodeId node = 0; node < writes_.size(); ++node)
    for (const Write& write : writes_[node]) put(image[node], write, fate, dice);
  std::size_t names_kept = names_.size();
  if (damage == Damage::directory_lost) names_kept = 0;
  if (damage != Damage::all_kept && damage != Damage::prefix && damage != Damage::directory_lost)
    names_kept = dice.next() % (names_.size() + 1);
  for (std::size_t i = 0; i < names_kept; ++i)
    if (names_[i].order <= fate.until) change_names(image, names_[i].operation);
  return image;
}

std::string Medium::wear(Image& image, Dice& dice, Spares spares) const {
  std::vector<std::pair<std::string, NodeId>> files;
  std::vector<std::pair<std::string, NodeId>> directories{{"", kRoot}};
  while (!directories.empty()) {
    const auto [path, at] = directories.back();
    directories.pop_back();
    for (const auto& [entry, node] : image[at].entries) {
      std::string child = path;
      child.append("/").append(entry);
      if (image[node].directory) {
        directories.emplace_back(std::move(child), node);
      } else if (!image[node].bytes.empty() && !spares(child)) {
        files.emplace_back(std::move(child), node);
      }
    }
  }
  if (files.empty()) return {};
  if (!older_.empty() && dice.one_in(2)) {
    const Older& older = older_[dice.next() % older_.size()];
    for (const auto& [path, node] : files)
      if (node == older.node && image[node].bytes.size() > older.sector * kSectorBytes) {
        write_at(image[node].bytes, older.sector * kSectorBytes, older.bytes);
        return path;
      }
  }
  const auto& [path, node] = files[dice.next() % files.size()];
  std::string& bytes = image[node].bytes;
  const std::size_t from = dice.next() % bytes.size() / kSectorBytes * kSectorBytes;
  fill_with_chance(bytes, from, std::min(kSectorBytes, bytes.size() - from), dice);
  return path;
}

}  // namespace vitalgate::proof
