// Workload: one seed's life of a buffer, small and busy, on a RamDisk.
//
// Appends in all lanes, commits, sends, confirms out of order and twice, marks, holds back,
// rejects, rotates keys, closes and opens again. It behaves as the agent does: after an error it
// tries again, mends when the buffer asks for it, and opens a buffer that could not be opened.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sync/buffer/buffer.h"
#include "tests/proof/model.h"
#include "tests/proof/ram_disk.h"

namespace vitalgate::proof {

struct Plan {
  std::uint64_t seed = 1;
  int steps = 60;
  bool migrates = false;               // begins with a store of the first version
  bool early_acknowledgement = false;  // weakened: told before commit() has returned
  sync::BufferOptions::Weakness weakness = {};
  // Faults end after this many errors were seen.
  int heal_after = 0;
};

// The disk that a life begins with: empty, or with the buffer's directory on it.
Image first_image(std::uint64_t seed);

// The buffer's options of a seed. `key_file` holds the key-encryption key.
sync::BufferOptions options_of(const Plan& plan, RamDisk& disk,
                               const std::filesystem::path& key_file);
// Whether its quota is so small that readings may have to wait for room for ever.
bool is_small(const sync::BufferOptions& options);
// Whether this seed's buffer gives up readings when it is full.
bool may_drop(const sync::BufferOptions& options);

// The whole event, as it is uploaded.
std::string event_of(const sync::BatchBody& body);

class Workload {
 public:
  Workload(RamDisk& disk, Plan plan, sync::BufferOptions options);

  // All steps, then, with the faults over, one commit that must work. A clause about a promise
  // that was broken meanwhile, or nothing.
  std::optional<std::string> run();

  [[nodiscard]] const Model& model() const { return model_; }
  [[nodiscard]] int errors() const { return errors_; }
  [[nodiscard]] int reopened() const { return reopened_; }  // after an error

 private:
  void step();
  void append();
  void append_one(Lane lane);
  void commit(bool seal_all);
  void send();
  Result<> send_part(const sync::BatchInfo& whole, const std::string& stream);
  void confirm();
  void reject();
  void close_and_open();
  bool open();
  bool recover();  // whether there is a buffer to work with
  void trouble(const Error& error);
  void broken(std::string what) {
    if (!broken_) broken_ = std::move(what);
  }
  Moment now() const { return disk_.log().size(); }
  std::string stream_id_of(sync::StreamRef stream) const;

  struct Batch {
    sync::BatchInfo info;
    std::string stream_id;
  };

  RamDisk& disk_;
  Plan plan_;
  sync::BufferOptions options_;
  Dice dice_;
  Dice parts_dice_;
  Model model_;
  std::optional<sync::Buffer> buffer_;
  std::vector<Batch> sent_;  // in this epoch of the program, newest last
  Clock::time_point clock_{std::chrono::hours(1)};
  WallTime wall_;
  std::array<std::uint64_t, kSources> positions_{};
  std::uint64_t number_ = 0;  // of readings: makes each unlike every other
  int errors_ = 0;
  int reopened_ = 0;
  std::optional<std::string> broken_;
};

}  // namespace vitalgate::proof
