// Model: what the buffer was told and what it promised, moment by moment.
//
// A moment is the number of operations the disk had seen; so one recorded run answers for every
// moment of it what must be on the disk then. Holds made-up readings, no patient's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sync/batch/stream.h"
#include "sync/buffer/ranges.h"

namespace vitalgate::proof {

using sync::BatchNumber;
using sync::Range;
using sync::Sequence;
using Moment = std::size_t;

inline constexpr Moment kNever = static_cast<Moment>(-1);
inline constexpr std::size_t kDestinations = 2;
inline constexpr std::size_t kSources = 2;

struct Told {
  std::string text;  // its contract row
  Moment acknowledged = kNever;
  std::array<Moment, kDestinations> confirmed{kNever, kNever};
  std::size_t source = 0;
  std::uint64_t position = 0;  // in the source's numbering
  bool abandoned = false;      // the program ended before it was acknowledged
};

struct Sent {
  Range range;
  std::string event;
  Moment at = kNever;
};

struct StreamModel {
  Lane lane{};
  std::string epoch;
  // More than one where a number was given again after the first was abandoned.
  std::map<Sequence, std::vector<Told>> told;
  std::map<BatchNumber, Sent> sent;
};

class Model {
 public:
  void append(const std::string& stream_id, Lane lane, const std::string& epoch, Sequence sequence,
              Told told);
  void hold() { ++held_staged_; }
  void mark(std::size_t source, std::uint64_t position);
  // commit() returned; lanes with a bit in `stalled` were left waiting.
  void acknowledge(Moment at, std::uint8_t stalled);
  // The program ended: what was not acknowledged is nobody's.
  void abandon();
  void confirm(const std::string& stream_id, std::size_t destination, Range range, Moment at);
  // False when the same batch was sent before with other bytes.
  [[nodiscard]] bool send(const std::string& stream_id, BatchNumber number, Sent sent);

  [[nodiscard]] const std::map<std::string, StreamModel, std::less<>>& streams() const {
    return streams_;
  }
  struct Mark {
    std::uint64_t position = 0;
    Moment acknowledged = kNever;
    bool abandoned = false;
  };
  [[nodiscard]] const std::vector<Mark>& marks(std::size_t source) const {
    return marks_.at(source);
  }
  [[nodiscard]] std::size_t held_acknowledged(Moment at) const;
  [[nodiscard]] std::size_t readings() const { return readings_; }

 private:
  struct Staged {
    std::string stream_id;
    Lane lane{};
    Sequence sequence = 0;
  };
  Told& newest(const Staged& staged);

  std::map<std::string, StreamModel, std::less<>> streams_;
  std::vector<Staged> staged_;
  std::array<std::vector<Mark>, kSources> marks_;
  std::vector<Moment> held_;
  std::size_t held_staged_ = 0;
  std::size_t readings_ = 0;
};

std::string source_name(std::size_t source);

}  // namespace vitalgate::proof
