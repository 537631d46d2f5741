#include "tests/vectors/vector_run.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

#include "agent/core/text.h"
#include "firmware-bridge/format.h"
#include "tests/support/failure.h"
#include "tests/vectors/compare.h"

namespace vitalgate::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

std::string text_of(const Json& vector, const char* key) {
  const auto found = vector.find(key);
  return found != vector.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<std::string> whole_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// The bytes that the vector is about, or why there are none.
std::optional<std::string> input_of(const Json& vector, const fs::path& data_root,
                                    std::string& problem) {
  if (vector.contains("ascii")) return text_of(vector, "ascii");
  if (vector.contains("file")) {
    const fs::path file = data_root / text_of(vector, "file");
    auto bytes = whole_file(file);
    if (!bytes) problem = "its file cannot be read: " + file.string();
    return bytes;
  }
  if (!vector.contains("hex")) {
    problem = "it has no hex, ascii or file";
    return std::nullopt;
  }
  auto bytes = parse_hex(text_of(vector, "hex"));
  if (!bytes) problem = "its hex is no hex";
  return bytes;
}

std::string format_name(const Json& vector) {
  const std::string characteristic = text_of(vector, "characteristic");
  if (characteristic.empty()) return text_of(vector, "protocol");
  return text_of(vector, "direction") == "command" ? characteristic + "-command" : characteristic;
}

std::vector<std::string> compare(const Json& vector, const bridge::Format& format,
                                 std::string_view input) {
  const Json& expect = vector["expect"];
  const auto decoded = format.describe(std::as_bytes(std::span(input)));
  const auto ok = expect.find("ok");
  const bool refuse = ok != expect.end() && ok->is_boolean() && !ok->get<bool>();
  if (refuse && decoded) return {"must be refused, and was decoded"};
  if (refuse) return {};
  if (!decoded) return {"refused: " + decoded.error().what};
  const bool strict = vector.contains("characteristic");
  return differences(expect, *decoded, strict ? Match::strict : Match::expected_keys);
}

}  // namespace

std::vector<std::string> run_vector(std::string_view line, const fs::path& data_root) {
  const Json vector = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!vector.is_object()) return {"the line is no JSON object"};
  const auto expect = vector.find("expect");
  if (expect == vector.end() || !expect->is_object() || expect->empty())
    return {"it expects nothing"};
  const std::string name = format_name(vector);
  const bridge::Format* format = bridge::find_format(name);
  if (format == nullptr) return {"nobody knows how to run \"" + name + "\""};
  std::string problem;
  const auto input = input_of(vector, data_root, problem);
  if (!input) return {problem};
  return compare(vector, *format, *input);
}

FileOutcome run_file(const fs::path& file) {
  std::ifstream in(file);
  if (!in) throw Failure("cannot read " + file.string(), "check the path");
  FileOutcome outcome{.file = file, .run = 0, .passed = 0, .failures = {}};
  const fs::path data_root = fs::absolute(file).parent_path().parent_path();
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    if (trim(line).empty()) continue;
    ++outcome.run;
    const auto failures = run_vector(line, data_root);
    if (failures.empty()) {
      ++outcome.passed;
      continue;
    }
    const Json vector = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    const std::string id = vector.is_object() ? text_of(vector, "id") : std::string();
    for (const std::string& failure : failures)
      outcome.failures.push_back((id.empty() ? "line " + std::to_string(number) : id) + ": " +
                                 failure);
  }
  return outcome;
}

std::vector<fs::path> vector_files(const fs::path& place) {
  if (fs::is_regular_file(place)) return {place};
  std::vector<fs::path> files;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(place, failed))
    if (entry.path().extension() == ".jsonl") files.push_back(entry.path());
  if (files.empty())
    throw Failure("no *.jsonl in " + place.string(), "vector_test FOLDER with vectors in it");
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace vitalgate::test
