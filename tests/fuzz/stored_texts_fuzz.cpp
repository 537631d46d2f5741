// What the buffer reads back of itself: rows and heads in short, and the mark file. Any bytes give
// rows that are stored again byte for byte, or a reason; any rows come back; a mark that is written
// again as it was read, or none.
#include <algorithm>

#include "agent/core/check.h"
#include "sync/batch/digest.h"
#include "sync/buffer/head_text.h"
#include "sync/buffer/mark_file.h"
#include "sync/buffer/row_beginning.h"
#include "sync/buffer/row_text.h"

namespace {

using namespace vitalgate;

// A disk of one file.
class OneFile : public sync::Disk {
 public:
  explicit OneFile(std::string bytes) : bytes_(std::move(bytes)) {}
  [[nodiscard]] const char* vfs() const override { return nullptr; }
  Result<bool> exists(const std::filesystem::path&) override { return true; }
  Result<std::vector<std::string>> list(const std::filesystem::path&) override {
    return std::vector<std::string>();
  }
  Result<std::string> read(const std::filesystem::path&, std::size_t limit) override {
    return bytes_.substr(0, limit);
  }
  Result<std::uint64_t> size(const std::filesystem::path&) override { return bytes_.size(); }
  Result<std::uint64_t> free_bytes(const std::filesystem::path&) override {
    return std::uint64_t{};
  }
  Result<> write(const std::filesystem::path&, std::uint64_t at, std::string_view bytes) override {
    if (bytes_.size() < at + bytes.size()) bytes_.resize(at + bytes.size());
    bytes_.replace(at, bytes.size(), bytes);
    return {};
  }
  Result<> reserve(const std::filesystem::path&, std::uint64_t) override { return {}; }
  Result<> make_directory(const std::filesystem::path&) override { return {}; }
  Result<> rename(const std::filesystem::path&, const std::filesystem::path&) override {
    return {};
  }
  Result<> remove(const std::filesystem::path&) override { return {}; }
  Result<> sync_file(const std::filesystem::path&) override { return {}; }
  Result<> sync_directory(const std::filesystem::path&) override { return {}; }

 private:
  std::string bytes_;
};

void check_mark(std::string bytes) {
  OneFile disk(std::move(bytes));
  sync::MarkFile file(disk, "/");
  const auto mark = file.read();
  VG_CHECK(static_cast<bool>(mark));
  if (!*mark) return;
  VG_CHECK(static_cast<bool>(file.write(**mark)));
  VG_CHECK(*file.read() == *mark);
}

constexpr std::string_view kPrefix = "g.vitals-e.";

// Any text at all is stored and comes back.
void check_text(std::string_view rows, sync::Range range) {
  std::string stored;
  sync::RowBook book;
  sync::shorten_rows(rows, kPrefix, range, book, stored);
  std::string second;
  sync::shorten_rows(rows, kPrefix, range, book, second);
  const auto with_book = sync::restore_rows(second, kPrefix, range);
  VG_CHECK(with_book && *with_book == rows);
  const auto again = sync::restore_rows(stored, kPrefix, range);
  VG_CHECK(again && *again == rows);
}

// Rows that begin as they must, and go on as they like: one a line of `text`.
void check_bodies(std::string_view text) {
  sync::Range range{95, 94};
  std::string rows;
  while (!text.empty()) {
    const std::string_view body = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(body.size() + 1, text.size()));
    ++range.last;
    if (!rows.empty()) rows.push_back(',');
    rows.append(sync::RowBeginning(kPrefix, range.last).text()).append(body).push_back('}');
  }
  check_text(rows, range);
}

void check_rows(std::string_view bytes) {
  check_text(bytes, {41, 43});
  check_bodies(bytes);
  const auto rows = sync::restore_rows(bytes, kPrefix, {41, 43});
  if (!rows) {
    VG_CHECK(rows.error().code == Errc::corrupt);
    return;
  }
  check_text(*rows, {41, 43});
  std::string lines;
  sync::append_lines(lines, *rows);
}

void check_head(std::string_view bytes) {
  std::string stored;
  sync::shorten_head(bytes, stored);
  const auto again = sync::restore_head(stored);
  VG_CHECK(again && *again == bytes);
  const auto head = sync::restore_head(bytes);
  VG_CHECK(head || head.error().code == Errc::corrupt);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  check_rows(bytes);
  check_head(bytes);
  check_mark(bytes);
  constexpr std::size_t kBody = 480, kDigest = 32;
  if (size < kBody) return 0;
  std::string whole = bytes.substr(0, kBody);
  whole.append(sync::sha256(whole)).resize(kBody + kDigest);
  check_mark(whole);
  return 0;
}
