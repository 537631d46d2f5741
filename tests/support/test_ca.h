// A certificate authority for one test, made with the openssl command.
#pragma once

#include <filesystem>
#include <string>

namespace vitalgate::test {

struct Certificate {
  std::filesystem::path file;  // PEM
  std::filesystem::path key;   // PEM
};

// How a server certificate differs from a good one.
enum class Flaw { none, wrong_name, expired, not_yet_valid };

class TestCa {
 public:
  // Keeps its files as `directory`/`name`*.
  TestCa(std::filesystem::path directory, std::string name);

  // What a client has to trust.
  [[nodiscard]] const std::filesystem::path& file() const { return ca_.file; }

  // For localhost, 127.0.0.1 and the lab's addresses (slow_link.h) unless the name is the flaw.
  [[nodiscard]] Certificate issue(Flaw flaw = Flaw::none) const;

 private:
  // `from`, `to`: 20990101000000Z.
  void sign(const Certificate& made, const std::string& base, const std::string& from,
            const std::string& to) const;

  std::filesystem::path directory_;
  std::string name_;
  Certificate ca_;
};

}  // namespace vitalgate::test
