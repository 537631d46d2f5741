// Failure: why a test program cannot go on, and what a person can do about it.
//
// Test programs are the one place of this tree where we throw: a world that cannot be set up has
// nobody to hand a Result to, and unwinding is what stops the processes that already run.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace vitalgate::test {

class Failure : public std::runtime_error {
 public:
  Failure(const std::string& what, std::string hint)
      : std::runtime_error(what), hint_(std::move(hint)) {}

  // The next step, as a sentence or a command; may be empty.
  [[nodiscard]] const std::string& hint() const { return hint_; }

 private:
  std::string hint_;
};

}  // namespace vitalgate::test
