// Recordings and vectors that are not part of the project: read where they are, never copied.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/unit/firmware-bridge/bytes.h"

namespace vitalgate::test {

// $VITALGATE_SHARED, or "shared" beside the source tree.
inline std::filesystem::path shared_path(const std::string& name) {
  const char* directory = std::getenv("VITALGATE_SHARED");
  const std::filesystem::path beside =
      std::filesystem::path(VITALGATE_SOURCE_DIR).parent_path() / "shared";
  return (directory != nullptr ? std::filesystem::path(directory) : beside) / name;
}

inline Bytes read_shared(const std::string& name) {
  std::ifstream file(shared_path(name), std::ios::binary);
  return bytes_of(std::string(std::istreambuf_iterator<char>(file), {}));
}

inline std::vector<nlohmann::json> read_vectors(const std::string& name) {
  std::ifstream file(shared_path("vectors/" + name));
  std::vector<nlohmann::json> vectors;
  for (std::string line; std::getline(file, line);)
    if (!line.empty()) vectors.push_back(nlohmann::json::parse(line));
  return vectors;
}

// The input of a vector.
inline Bytes input_of(const nlohmann::json& vector) {
  if (vector.contains("hex")) return from_hex(vector["hex"].get<std::string>());
  return bytes_of(vector["ascii"].get<std::string>());
}

}  // namespace vitalgate::test

#define VG_NEEDS_SHARED(name)                                         \
  if (!std::filesystem::exists(::vitalgate::test::shared_path(name))) \
  GTEST_SKIP() << "skipped: no shared data"
