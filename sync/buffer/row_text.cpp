#include "sync/buffer/row_text.h"

#include <charconv>

namespace vitalgate::sync {
namespace {

constexpr char kAsTheyAre = '\0', kShortened = '\1';
// Inside a row a quote is always escaped: this only stands between two rows.
constexpr std::string_view kSeam = "},{\"reading_id\":\"";
constexpr std::string_view kIdKey = "{\"reading_id\":\"";
constexpr std::string_view kSequenceKey = "\",\"seq\":";

// How row `sequence` begins: `{"reading_id":"...","seq":93471,`
class Beginning {
 public:
  explicit Beginning(std::string_view id_prefix) : text_(kIdKey) {
    text_.append(id_prefix);
    fixed_ = text_.size();
  }
  const std::string& of(Sequence sequence) {
    text_.resize(fixed_);
    append_fixed(text_, sequence);
    text_.append(kSequenceKey);
    char digits[24];
    text_.append(digits, std::to_chars(digits, digits + sizeof digits, sequence).ptr);
    text_.push_back(',');
    return text_;
  }

 private:
  std::string text_;
  std::size_t fixed_;
};

}  // namespace

void shorten_rows(std::string_view rows, std::string_view id_prefix, Sequence first,
                  std::string& out) {
  const std::string_view whole = rows;
  Beginning beginning(id_prefix);
  out.assign(1, kShortened);
  for (Sequence sequence = first;; ++sequence) {
    const std::string& expected = beginning.of(sequence);
    if (!rows.starts_with(expected)) {
      out.assign(1, kAsTheyAre).append(whole);
      return;
    }
    rows.remove_prefix(expected.size());
    const std::size_t seam = rows.find(kSeam);
    out.append(rows.substr(0, seam == std::string_view::npos ? seam : seam + 1)).push_back('\n');
    if (seam == std::string_view::npos) return;
    rows.remove_prefix(seam + 2);
  }
}

Result<std::string> restore_rows(std::string_view stored, std::string_view id_prefix, Range range) {
  if (stored.starts_with(kAsTheyAre)) return std::string(stored.substr(1));
  const Error wrong{Errc::corrupt, "a stored segment does not hold its readings", ""};
  if (!stored.starts_with(kShortened)) return wrong;
  stored.remove_prefix(1);
  Beginning beginning(id_prefix);
  std::string rows;
  rows.reserve(stored.size() + range.count() * 90);
  Sequence sequence = range.first;
  for (; !stored.empty() && sequence <= range.last; ++sequence) {
    const std::size_t end = stored.find('\n');
    if (end == std::string_view::npos) return wrong;
    if (!rows.empty()) rows.push_back(',');
    rows.append(beginning.of(sequence)).append(stored.substr(0, end));
    stored.remove_prefix(end + 1);
  }
  if (!stored.empty() || sequence != range.last + 1) return wrong;
  return rows;
}

void append_lines(std::string& out, std::string_view rows) {
  for (;;) {
    const std::size_t seam = rows.find(kSeam);
    out.append(rows.substr(0, seam == std::string_view::npos ? seam : seam + 1)).push_back('\n');
    if (seam == std::string_view::npos) return;
    rows.remove_prefix(seam + 2);
  }
}

}  // namespace vitalgate::sync
