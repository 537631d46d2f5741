#include "tests/simulation/ledger.h"

#include <charconv>

namespace vitalgate::simulation {

// Never 0.
std::uint64_t hash_of(std::string_view text) { return std::hash<std::string_view>{}(text) | 1; }

std::string_view cut_out(std::string_view text, std::string_view before, char after) {
  const std::size_t at = text.find(before);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + before.size());
  return text.substr(0, text.find(after));
}

std::uint64_t number_in(std::string_view digits) {
  std::uint64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

std::string_view stream_of(const sync::BatchBody& body) {
  return cut_out(body.head, "stream_id\":\"", '"');
}

void Ledger::appended(std::string_view row) {
  // Patterns that begin with a rare letter: this is done for every reading.
  const std::string_view id = cut_out(row, "reading_id\":\"", '"');
  const std::size_t dot = id.rfind('.');
  const std::string_view stream = id.substr(id.find('.') + 1, dot - id.find('.') - 1);
  const std::string_view rest = row.substr(static_cast<std::size_t>(id.data() - row.data()));
  const Sequence sequence = number_in(cut_out(rest, "seq\":", ','));
  const auto device =
      static_cast<std::size_t>(number_in(cut_out(rest, "device_id\":\"device-", '"'))) - 1;
  std::string_view value = cut_out(rest, "value_num\":", ',');
  if (value.empty()) value = cut_out(rest, "value_text\":\"", ' ');
  const auto number = static_cast<std::uint32_t>(number_in(value));
  if (number_in(id.substr(dot + 1)) != sequence)
    return stage_.broken("P5: a reading id that is not its sequence: " + std::string(id));

  auto found = streams_.find(stream);
  if (found == streams_.end()) found = streams_.emplace(stream, Stream{}).first;
  if (found->second.size() <= sequence) found->second.resize(sequence + 1);
  Row& known = found->second[sequence];
  if (known.promised || known.sent)
    return stage_.broken("P2: a sequence number is given again: " + std::string(id));
  stage_.say_of(stream, {sequence, sequence}, "appended");
  known = {hash_of(row), static_cast<std::uint16_t>(device), false, false, number};
  auto& places = places_.at(device);
  if (places.size() <= number) places.resize(number + 1);
  places[number] = {found->first, &found->second, sequence};
}

void Ledger::promise(std::size_t device, std::uint32_t first, std::uint32_t last) {
  const auto& places = places_.at(device);
  for (std::uint32_t number = first; number <= last; ++number) {
    if (number >= places.size() || places[number].rows == nullptr)
      return stage_.broken("P1: a source is told of readings that were never taken");
    const Place& place = places[number];
    Row& row = (*place.rows)[place.sequence];
    stage_.say_of(place.stream, {place.sequence, place.sequence}, "promised to its source");
    if (!row.promised) ++promised_;
    row.promised = true;
  }
}

void Ledger::sent(const std::string& stream, Range range) {
  const auto found = streams_.find(stream);
  if (found == streams_.end() || found->second.size() <= range.last)
    return stage_.broken("P2: readings are sent that were never taken: " + stream + " " +
                         std::to_string(range.last));
  stage_.say_of(stream, range, "given to a link");
  for (Sequence sequence = range.first; sequence <= range.last; ++sequence)
    found->second[sequence].sent = true;
}

const Row* Ledger::find(const std::string& stream, Sequence sequence) const {
  const auto found = streams_.find(stream);
  if (found == streams_.end() || found->second.size() <= sequence) return nullptr;
  const Row& row = found->second[sequence];
  return row.hash == 0 ? nullptr : &row;
}

}  // namespace vitalgate::simulation
