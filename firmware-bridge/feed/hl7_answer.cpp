#include "firmware-bridge/feed/hl7_answer.h"

#include <algorithm>

namespace vitalgate::bridge::hl7 {
namespace {

constexpr std::size_t kCopiedBytesMax = 256;
constexpr Delimiters kUsual{'|', '^', '~', '\\', '&'};

// A field of the sender's that can be sent back: short, and without control characters, so that
// it cannot end our frame.
bool can_copy(std::string_view field) {
  return field.size() <= kCopiedBytesMax && std::none_of(field.begin(), field.end(), [](char c) {
           return static_cast<unsigned char>(c) < ' ';
         });
}

std::string_view copied(const Header* header, std::size_t number) {
  if (header == nullptr) return {};
  const std::string_view field = header->segment.field(number);
  return can_copy(field) ? field : std::string_view{};
}

// "20260302140507+0000"
std::string stamp(WallTime now) {
  std::string text = to_rfc3339(now).substr(0, 19);
  std::erase_if(text, [](char c) { return c < '0' || c > '9'; });
  return text.append("+0000");
}

// A condition of table 0155: always, never, on error or rejection, on success.
bool wants(std::string_view condition, Verdict verdict) {
  if (condition == "AL") return true;
  if (condition == "ER") return verdict != Verdict::accepted;
  return condition == "SU" && verdict == Verdict::accepted;
}

// The first letter of MSA-1: A for an application's answer, C for a receipt, 0 for none.
char kind(const Header* header, Verdict verdict) {
  const std::string_view receipt = copied(header, 15);
  const std::string_view application = copied(header, 16);
  if (says_nothing(receipt) && says_nothing(application)) return 'A';
  if (wants(application, verdict)) return 'A';
  return wants(receipt, verdict) ? 'C' : '\0';
}

char letter(Verdict verdict) {
  switch (verdict) {
    case Verdict::accepted:
      return 'A';
    case Verdict::error:
      return 'E';
    case Verdict::rejected:
      break;
  }
  return 'R';
}

}  // namespace

bool has_control_id(const Header& header) {
  return !header.control_id().empty() && can_copy(header.control_id());
}

std::string answer(const Header* header, Verdict verdict, std::string_view text,
                   std::string_view id, WallTime now) {
  const char asked = kind(header, verdict);
  if (asked == '\0') return {};
  const Delimiters& used = header != nullptr ? header->delimiters : kUsual;
  std::string type = "ACK";
  if (header != nullptr && can_copy(header->trigger()) && !header->trigger().empty())
    type.append(1, used.component).append(header->trigger());

  std::string out = "MSH";
  const auto add = [&](std::string_view field) { out.append(1, used.field).append(field); };
  add(std::string{used.component, used.repetition, used.escape, used.subcomponent});
  for (const std::size_t number : {5U, 6U, 3U, 4U}) add(copied(header, number));
  add(stamp(now));
  add({});
  add(type);
  add(id);
  const std::string_view processing = copied(header, 11);
  add(processing.empty() ? "P" : processing);
  const std::string_view version = copied(header, 12);
  add(version.empty() ? "2.5.1" : version);
  out.append("\rMSA");
  add(std::string{asked, letter(verdict)});
  add(copied(header, 10));
  if (!text.empty()) add(text);
  return out.append("\r");
}

}  // namespace vitalgate::bridge::hl7
