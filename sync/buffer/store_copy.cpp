#include "sync/buffer/store_copy.h"

#include <charconv>
#include <optional>

#include "agent/core/limits.h"
#include "sync/batch/digest.h"
#include "sync/buffer/schema.h"

namespace vitalgate::sync {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPagesName = "page1";
constexpr std::string_view kDamagedName = "page1.damaged";
constexpr std::string_view kStreamsName = "streams";
constexpr std::size_t kDigestBytes = 32;
constexpr std::size_t kNumberBytes = 4;
constexpr std::size_t kSchemaPagesMax = 64;  // of an empty store; there are 17
constexpr std::size_t kSchemaBytesMax = kSchemaPagesMax * (kNumberBytes + kPageBytes);
constexpr std::size_t kStreamsBytesMax = 1 << 20;
constexpr std::size_t kPointerMapPage = 2;  // of a database with auto_vacuum

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < kNumberBytes; ++i)
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

void put_number(std::string& bytes, std::size_t at, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8)
    bytes[at++] = static_cast<char>(value >> static_cast<unsigned>(shift) & 0xff);
}

// Database file format, section 1.6: the kind of a b-tree page and the count of its cells.
bool is_empty_root(std::string_view page) {
  const bool is_leaf = page[0] == 10 || page[0] == 13;
  return is_leaf && page[3] == 0 && page[4] == 0;
}

struct Page {
  std::uint32_t number = 1;
  std::string bytes;
};

// The first page, and behind it others with their numbers. The first stores had the first only.
std::vector<Page> pages_in(std::string_view body) {
  std::vector<Page> pages{{1, std::string(body.substr(0, kPageBytes))}};
  body.remove_prefix(kPageBytes);
  for (; body.size() >= kNumberBytes + kPageBytes; body.remove_prefix(kNumberBytes + kPageBytes))
    pages.push_back({number_at(body, 0), std::string(body.substr(kNumberBytes, kPageBytes))});
  return pages;
}

// Database file format, section 1.3: offsets in the header of the first page.
void renew_header(std::string& page, std::uint32_t pages) {
  page[18] = page[19] = 2;  // write-ahead log
  put_number(page, 24, 1);  // change counter, and the one that the page count is valid for
  put_number(page, 92, 1);
  put_number(page, 28, pages);
  put_number(page, 32, 0);  // no free pages: nothing is written to this file any more
  put_number(page, 36, 0);
}

bool take_number(std::string_view& line, std::uint64_t& value) {
  const auto [end, code] = std::from_chars(line.data(), line.data() + line.size(), value);
  if (code != std::errc()) return false;
  line.remove_prefix(static_cast<std::size_t>(end - line.data()));
  if (!line.empty() && line.front() == ' ') line.remove_prefix(1);
  return true;
}

std::optional<StreamRecord> stream_in(std::string_view line) {
  std::uint64_t lane = 0;
  std::uint64_t generation = 0;
  StreamRecord record;
  const bool numbers = take_number(line, lane) && take_number(line, generation) &&
                       take_number(line, record.next_sequence) &&
                       take_number(line, record.next_batch);
  if (!numbers || lane >= kLanes.size() || generation > kGenerationMax || line.empty())
    return std::nullopt;
  record.ref = {static_cast<Lane>(lane), static_cast<Generation>(generation)};
  record.epoch = line;
  return record;
}

}  // namespace

Result<> keep_schema(Disk& disk, const fs::path& directory) {
  const std::string file = VG_TRY(disk.read(directory / kDatabaseName, kSchemaBytesMax));
  VG_CHECK(file.size() >= kPageBytes && number_at(file, 36) == 0);  // no page of it is free
  std::string body = file.substr(0, kPageBytes);
  for (std::size_t page = kPointerMapPage + 1; page * kPageBytes <= file.size(); ++page) {
    const std::string_view bytes =
        std::string_view(file).substr((page - 1) * kPageBytes, kPageBytes);
    if (is_empty_root(bytes)) continue;
    std::string number(kNumberBytes, '\0');
    put_number(number, 0, static_cast<std::uint32_t>(page));
    body.append(number).append(bytes);
  }
  return disk.write(directory / kPagesName, 0, body + sha256(body));
}

Result<> restore_schema(Disk& disk, const fs::path& directory) {
  const fs::path file = directory / kDatabaseName;
  std::string body = VG_TRY(disk.read(directory / kPagesName, kSchemaBytesMax));
  if (body.size() < kPageBytes + kDigestBytes) return {};
  const std::string digest = body.substr(body.size() - kDigestBytes);
  body.resize(body.size() - kDigestBytes);
  if (digest != sha256(body)) return {};  // it has to do with what is there
  const std::uint64_t count = VG_TRY(disk.size(file)) / kPageBytes;
  if (count == 0) return {};
  std::vector<Page> pages = pages_in(body);
  renew_header(pages.front().bytes, static_cast<std::uint32_t>(count));
  if (!VG_TRY(disk.exists(directory / kDamagedName))) {
    const std::string was = VG_TRY(disk.read(file, kSchemaBytesMax));
    VG_TRY(disk.write(directory / kDamagedName, 0, was));
  }
  for (const Page& page : pages)
    if (page.number >= 1 && page.number <= count)
      VG_TRY(disk.write(file, (page.number - 1) * kPageBytes, page.bytes));
  return {};
}

Result<> keep_streams(Disk& disk, const fs::path& directory, Tagger& tagger,
                      std::span<const StreamRecord> streams) {
  std::string text;
  for (const StreamRecord& stream : streams)
    text.append(std::to_string(static_cast<unsigned>(stream.ref.lane)))
        .append(" ")
        .append(std::to_string(stream.ref.generation))
        .append(" ")
        .append(std::to_string(stream.next_sequence))
        .append(" ")
        .append(std::to_string(stream.next_batch))
        .append(" ")
        .append(stream.epoch)
        .append("\n");
  const Tagger::Tag tag = tagger.tag(text);
  return disk.write(directory / kStreamsName, 0, text.append(tag.data(), tag.size()));
}

std::vector<StreamRecord> kept_streams(Disk& disk, const fs::path& directory, Tagger& tagger) {
  constexpr std::size_t kTagBytes = std::tuple_size_v<Tagger::Tag>;
  const auto text = disk.read(directory / kStreamsName, kStreamsBytesMax);
  if (!text || text->size() < kTagBytes) return {};
  std::string_view left = std::string_view(*text).substr(0, text->size() - kTagBytes);
  if (!tagger.matches(left, std::string_view(*text).substr(left.size()))) return {};
  std::vector<StreamRecord> streams;
  for (auto end = left.find('\n'); end != std::string_view::npos; end = left.find('\n')) {
    if (const auto stream = stream_in(left.substr(0, end))) streams.push_back(*stream);
    left.remove_prefix(end + 1);
  }
  return streams;
}

}  // namespace vitalgate::sync
