#include "sync/uplink/secret.h"

#include <fstream>

#include "agent/core/text.h"

namespace vitalgate::sync {

std::string secret_in(const std::optional<std::filesystem::path>& file) {
  if (!file) return {};
  std::ifstream in(*file);
  std::string line;
  std::getline(in, line);
  return std::string(trim(line));
}

}  // namespace vitalgate::sync
