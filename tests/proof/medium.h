// Medium: what a disk holds when the power goes, for every moment of a recorded run.
//
// A run is a list of operations. A Medium takes them one by one and knows at each moment what is
// durable and what was written and not synced yet; cut() makes of that what a disk may hold after
// the power is back. Sectors have 512 bytes. A name is durable when its directory was synced.
// Values: copies are independent. Not thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/clinic/dice.h"

namespace vitalgate::proof {

using clinic::Dice;
using NodeId = std::uint32_t;

inline constexpr NodeId kRoot = 0;
inline constexpr std::size_t kSectorBytes = 512;

// A file or a directory, found by its number.
struct Node {
  bool directory = false;
  std::string bytes;
  std::uint64_t reserved = 0;  // blocks it owns; those beyond `bytes` read as zeros
  std::map<std::string, NodeId, std::less<>> entries;
};

// Everything on a disk. Node 0 is the root directory.
using Image = std::vector<Node>;
Image empty_image();
// With one directory in it, durable, as the service's manager makes it before the first start.
Image image_with_directory(std::string_view name);

struct Operation {
  enum class Kind : std::uint8_t {
    write,
    resize,          // to `offset` bytes
    reserve,         // `offset` bytes
    sync,            // of a file
    forget,          // a sync failed: what was written and not synced may never get there
    create,          // a node that has no name yet; `offset` is 1 for a directory
    link,            // `name` in `directory`
    rename,          // from `directory`/`name` to `to_directory`/`to_name`
    unlink,          // `name` in `directory`
    sync_directory,  // of `directory`
  };
  Kind kind{};
  NodeId node = 0;
  NodeId directory = 0;
  NodeId to_directory = 0;
  std::uint64_t offset = 0;
  std::string bytes = {};
  std::string name = {};
  std::string to_name = {};
};

// For a person: "write node 5 at 4096, 512 bytes".
std::string describe(const Operation& operation);

// What became of what was not synced.
enum class Damage : std::uint8_t {
  all_kept,
  all_lost,
  sectors_lost,    // each sector kept or lost
  torn,            // the last write ends in its middle
  garbled,         // each sector kept, lost or filled with chance
  directory_lost,  // data kept, names lost
  prefix,          // in order up to a point, nothing after it
  zeros,           // sizes kept, new data reads as zeros
  shrunk,          // data kept, sizes lost
  mixed,           // a prefix of the names, every sector its own fate
  worn,            // all lost, and one sector that was synced is garbled or older again
};
inline constexpr std::size_t kDamages = 11;
std::string_view name(Damage damage);

class Medium {
 public:
  explicit Medium(Image durable);

  void apply(const Operation& operation);

  // Whether anything is not durable: without it the honest damages make one and the same image.
  [[nodiscard]] bool pending() const { return !names_.empty() || data_pending_ != 0; }
  [[nodiscard]] Image cut(Damage damage, Dice& dice) const;
  // Damages a synced sector of `image`, which cut() made of this medium: garbled, or as it was
  // before it was last written. Files whose path `spares` accepts are left alone. The path of the
  // file; empty when there is none.
  using Spares = bool (*)(std::string_view path);
  std::string wear(Image& image, Dice& dice, Spares spares) const;

 private:
  struct Write {
    std::uint64_t order = 0;
    Operation::Kind kind{};  // write, resize or reserve
    std::uint64_t offset = 0;
    std::string bytes;
  };
  struct Name {
    std::uint64_t order = 0;
    Operation operation;
  };
  struct Older {
    NodeId node = 0;
    std::uint64_t sector = 0;
    std::string bytes;
  };
  struct Fate;  // what one cut does

  void sync(NodeId node);
  void sync_directory(NodeId directory);
  void remember(NodeId node, const Write& write);
  std::vector<Write>& writes(NodeId node);
  static void put(Node& node, const Write& write, const Fate& fate, Dice& dice);
  static void put_sector(Node& node, std::uint64_t offset, std::string_view bytes, const Fate& fate,
                         Dice& dice);

  Image durable_;
  std::vector<std::vector<Write>> writes_;  // per node, not synced
  std::vector<Name> names_;                 // not synced
  std::size_t data_pending_ = 0;            // in writes_
  std::uint64_t order_ = 0;
  std::deque<Older> older_;  // what synced sectors held before, newest last
};

// Changes the names of `image` as `operation` (link, rename or unlink) says.
void change_names(Image& image, const Operation& operation);

}  // namespace vitalgate::proof
