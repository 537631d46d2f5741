#include "tests/clinic/recording.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "tests/support/failure.h"
#include "tests/support/temp_dir.h"

namespace vitalgate::clinic {
namespace {

constexpr std::uint8_t kStart = 0xFF;
constexpr std::uint8_t kEnd = 0xFE;
constexpr std::size_t kBytesPerSecond = 960;  // 9600 baud, 8N1
constexpr std::size_t kPiecesPerSecond = 10;
constexpr std::array kDrivers{kIvy, kNoninDf2, kNoninDf7, kNoninDf8, kNoninAscii};

Bytes read_bytes(const std::filesystem::path& file) {
  const std::string text = test::read_file(file);
  if (text.empty()) {
    throw test::Failure("cannot read the recording " + file.string(), "check the path");
  }
  return {text.begin(), text.end()};
}

bool is_ansarb(const Bytes& bytes) {
  constexpr std::string_view kName = "ANSAR-B ";
  return std::search(bytes.begin(), bytes.end(), kName.begin(), kName.end()) != bytes.end();
}

std::vector<Frame> by_message(const Bytes& bytes) {
  std::vector<Frame> frames;
  Bytes part;
  for (const std::uint8_t each : bytes) {
    if (each == kStart && !part.empty()) {
      frames.push_back({std::chrono::seconds(frames.size()), std::exchange(part, {})});
    }
    part.push_back(each);
    if (each == kEnd) {
      frames.push_back({std::chrono::seconds(frames.size()), std::exchange(part, {})});
    }
  }
  if (!part.empty()) frames.push_back({std::chrono::seconds(frames.size()), part});
  return frames;
}

std::vector<Frame> by_baud(const Bytes& bytes) {
  constexpr std::size_t kPiece = kBytesPerSecond / kPiecesPerSecond;
  std::vector<Frame> frames;
  for (std::size_t at = 0; at < bytes.size(); at += kPiece) {
    const auto first = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    const auto count = static_cast<std::ptrdiff_t>(std::min(kPiece, bytes.size() - at));
    const auto due = std::chrono::milliseconds(1000 / kPiecesPerSecond) * frames.size();
    frames.push_back({due, Bytes(first, first + count)});
  }
  return frames;
}

class Player final : public Monitor {
 public:
  Player(std::vector<Frame> frames, Replay how) : frames_(std::move(frames)), how_(how) {}

  std::optional<Frame> next() override {
    if (at_ == frames_.size()) {
      if (how_ == Replay::once) return std::nullopt;
      begin_ += frames_.back().due + std::chrono::seconds(1);
      at_ = 0;
    }
    Frame frame = frames_[at_++];
    frame.due += begin_;
    return frame;
  }

 private:
  const std::vector<Frame> frames_;
  const Replay how_;
  std::size_t at_ = 0;
  Micros begin_{};
};

}  // namespace

Recording recording_from(const std::string& text) {
  for (const std::string_view driver : kDrivers) {
    if (text.ends_with(":" + std::string(driver))) {
      return {text.substr(0, text.size() - driver.size() - 1), std::string(driver)};
    }
  }
  return {text, ""};
}

std::string driver_of(const Recording& recording) {
  if (!recording.driver.empty()) return recording.driver;
  if (is_ansarb(read_bytes(recording.file))) return std::string(kIvy);
  throw test::Failure("cannot tell which monitor spoke in " + recording.file.string(),
                      "say it: --recording " + recording.file.string() + ":nonin-df2");
}

std::unique_ptr<Monitor> replay(const Recording& recording, Replay how) {
  const Bytes bytes = read_bytes(recording.file);
  return std::make_unique<Player>(is_ansarb(bytes) ? by_message(bytes) : by_baud(bytes), how);
}

}  // namespace vitalgate::clinic
