#include "sync/hub_answer.h"

#include <nlohmann/json.hpp>

#include "agent/core/limits.h"
#include "agent/core/text.h"
#include "config/excerpt.h"

namespace vitalgate::sync {
namespace {

using Json = nlohmann::json;

Error malformed(std::string_view what) {
  return {Errc::malformed, std::string("hub answer: ").append(what),
          "the hub does not follow the upload contract: check what listens at the destination"};
}

// nlohmann's parser is recursive in what it builds: refuse depth before it is built.
bool is_shallow(std::string_view text) {
  std::size_t depth = 0;
  for (const char c : text) {
    if (c == '[' || c == '{') ++depth;
    if ((c == ']' || c == '}') && depth > 0) --depth;
    if (depth > limits::kAnswerDepthMax) return false;
  }
  return true;
}

std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return {};
  return found->get_ref<const std::string&>().substr(0, limits::kTextValueBytesMax);
}

Result<Range> range_of(const Json& pair) {
  if (!pair.is_array() || pair.size() != 2 || !pair[0].is_number_unsigned() ||
      !pair[1].is_number_unsigned())
    return malformed("'stored' is not a list of [first, last]");
  const Range range{pair[0].get<Sequence>(), pair[1].get<Sequence>()};
  if (range.first < 1 || range.first > range.last || range.last > limits::kSequenceMax)
    return malformed("a stored range is not first <= last");
  return range;
}

}  // namespace

Result<HubAnswer> parse_hub_answer(std::string_view text) {
  if (text.size() > limits::kAnswerBytesMax) return malformed("too large");
  if (!is_shallow(text)) return malformed("nested too deeply");
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return malformed("not a JSON object");

  HubAnswer answer;
  answer.stream_id = text_of(json, "stream_id");
  if (answer.stream_id.empty()) return malformed("no 'stream_id'");
  const auto stored = json.find("stored");
  if (stored == json.end() || !stored->is_array()) return malformed("no 'stored'");
  if (stored->size() > limits::kAnswerRangesMax) return malformed("too many ranges");
  for (const Json& pair : *stored) answer.stored.push_back(VG_TRY(range_of(pair)));

  const auto rejected = json.find("rejected");
  if (rejected == json.end() || !rejected->is_array()) return answer;
  if (rejected->size() > limits::kAnswerRangesMax) return malformed("too many refusals");
  for (const Json& entry : *rejected) {
    if (!entry.is_object()) return malformed("a refusal is not an object");
    Refusal refusal{text_of(entry, "reading_id"), text_of(entry, "code"), text_of(entry, "detail")};
    if (refusal.reading_id.empty()) return malformed("a refusal has no 'reading_id'");
    answer.rejected.push_back(std::move(refusal));
  }
  return answer;
}

std::string problem_words(std::string_view text) {
  if (text.size() > limits::kAnswerBytesMax || !is_shallow(text)) return {};
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return {};
  std::string words;
  for (const char* key : {"title", "detail"}) {
    const std::string part = config::printable(text_of(json, key));
    if (trim(part).empty()) continue;
    if (!words.empty()) words.append(": ");
    words.append(trim(part));
  }
  if (words.size() > kProblemWordsMax)
    words.replace(kProblemWordsMax - 3, std::string::npos, "...");
  return words;
}

}  // namespace vitalgate::sync
