#include "config/source_files.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <system_error>

#include "agent/core/limits.h"

namespace vitalgate::config {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kExample = "/usr/share/vitalgate/vitalgate.toml.example";

Unread unread(const fs::path& file, std::string what, std::string remedy) {
  return {file.string(), std::move(what), std::move(remedy)};
}

std::optional<Unread> why_not_readable(const fs::path& file) {
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (status.type() == fs::file_type::not_found)
    return unread(file, "no such file", "copy " + std::string(kExample));
  if (error) return unread(file, error.message(), "sudo, or ask to join the group vitalgate");
  if (status.type() != fs::file_type::regular)
    return unread(file, "is not a file", "give the path of a TOML file");
  return std::nullopt;
}

void read_one(const fs::path& file, std::string origin, SourceFiles& out) {
  if (auto reason = why_not_readable(file)) {
    out.unread.push_back(std::move(*reason));
    return;
  }
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    out.unread.push_back(
        unread(file, "permission denied", "sudo, or ask to join the group vitalgate"));
    return;
  }
  std::string text(limits::kSettingsFileBytesMax + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (stream.bad()) {
    out.unread.push_back(unread(file, "cannot be read to its end", "check the disk"));
    return;
  }
  out.sources.push_back({file.string(), std::move(origin), std::move(text)});
}

std::vector<fs::path> drop_ins(const fs::path& folder, SourceFiles& out) {
  std::vector<fs::path> files;
  std::error_code error;
  if (!fs::exists(folder, error) && !error) return files;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const fs::path& file = at->path();
    if (file.extension() == ".toml" && !file.filename().string().starts_with('.'))
      files.push_back(file);
  }
  if (error)
    out.unread.push_back(
        unread(folder, error.message(), "sudo, or ask to join the group vitalgate"));
  std::sort(files.begin(), files.end());
  if (files.size() > kDropInsMax) {
    out.unread.push_back(unread(folder, "has more than " + std::to_string(kDropInsMax) + " files",
                                "join some of them"));
    files.resize(kDropInsMax);
  }
  return files;
}

}  // namespace

SourceFiles read_sources(const fs::path& file) {
  SourceFiles out;
  read_one(file, file.filename().string(), out);
  for (const fs::path& drop_in : drop_ins(file.parent_path() / "conf.d", out))
    read_one(drop_in, "conf.d/" + drop_in.filename().string(), out);
  return out;
}

}  // namespace vitalgate::config
