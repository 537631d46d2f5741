// Runs vectors (one JSON object a line) on the decoders that they name.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace vitalgate::test {

// Empty when the vector passes; otherwise why not, a line each. A vector that nobody knows how to
// run does not pass. `data_root`: the folder that a vector's `file` is relative to.
std::vector<std::string> run_vector(std::string_view line, const std::filesystem::path& data_root);

struct FileOutcome {
  std::filesystem::path file;
  std::size_t run = 0;
  std::size_t passed = 0;
  std::vector<std::string> failures;  // "heart_rate-003: heart_rate: expected 85, decoded 86"
};

// Every line of a *.jsonl file. Throws Failure when the file cannot be read.
FileOutcome run_file(const std::filesystem::path& file);

// The *.jsonl files of a folder, sorted; a file stands for itself. Throws Failure when there is
// none.
std::vector<std::filesystem::path> vector_files(const std::filesystem::path& place);

}  // namespace vitalgate::test
