#include "tests/proof/model.h"

#include <algorithm>

namespace vitalgate::proof {

std::string source_name(std::size_t source) {
  return std::string("dongle-").append(std::to_string(source + 1));
}

void Model::append(const std::string& stream_id, Lane lane, const std::string& epoch,
                   Sequence sequence, Told told) {
  StreamModel& stream = streams_[stream_id];
  stream.lane = lane;
  stream.epoch = epoch;
  stream.told[sequence].push_back(std::move(told));
  staged_.push_back({stream_id, lane, sequence});
  ++readings_;
}

void Model::mark(std::size_t source, std::uint64_t position) {
  marks_.at(source).push_back({position, kNever, false});
}

Told& Model::newest(const Staged& staged) {
  return streams_.at(staged.stream_id).told.at(staged.sequence).back();
}

void Model::acknowledge(Moment at, std::uint8_t stalled) {
  std::vector<Staged> left;
  for (Staged& staged : staged_) {
    if ((stalled >> static_cast<unsigned>(staged.lane) & 1u) != 0) {
      left.push_back(std::move(staged));
    } else {
      newest(staged).acknowledged = at;
    }
  }
  staged_ = std::move(left);
  held_.insert(held_.end(), held_staged_, at);
  held_staged_ = 0;
  if (stalled != 0) return;  // whether a mark went with it depends on its readings' lanes
  for (auto& marks : marks_)
    for (Mark& mark : marks)
      if (!mark.abandoned) mark.acknowledged = std::min(mark.acknowledged, at);
}

void Model::abandon() {
  for (const Staged& staged : staged_) newest(staged).abandoned = true;
  staged_.clear();
  held_staged_ = 0;
  for (auto& marks : marks_)
    for (Mark& mark : marks) mark.abandoned = mark.acknowledged == kNever;
}

void Model::confirm(const std::string& stream_id, std::size_t destination, Range range, Moment at) {
  auto& told = streams_.at(stream_id).told;
  for (auto it = told.lower_bound(range.first); it != told.end() && it->first <= range.last; ++it)
    for (Told& one : it->second)
      one.confirmed.at(destination) = std::min(one.confirmed.at(destination), at);
}

bool Model::send(const std::string& stream_id, BatchNumber number, Sent sent) {
  auto& all = streams_[stream_id].sent;
  const auto found = all.find(number);
  if (found == all.end()) {
    all.emplace(number, std::move(sent));
    return true;
  }
  return found->second.event == sent.event;
}

std::size_t Model::held_acknowledged(Moment at) const {
  return static_cast<std::size_t>(
      std::count_if(held_.begin(), held_.end(), [&](Moment moment) { return moment <= at; }));
}

}  // namespace vitalgate::proof
