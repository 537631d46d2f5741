#include "tests/integration/world.h"

#include <algorithm>
#include <cctype>

namespace vitalgate::test {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char each) { return static_cast<char>(std::tolower(each)); });
  return text;
}

}  // namespace

bool mentions(const std::string& text, const std::vector<std::string>& words) {
  const std::string all = lower(text);
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return all.find(lower(word)) != std::string::npos;
  });
}

}  // namespace vitalgate::test
