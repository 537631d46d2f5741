// The sending end of HL7 v2 over MLLP: a laboratory system that sends a message until somebody
// says that it was taken.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tests/support/poll.h"

namespace vitalgate::test {

class MllpEnd {
 public:
  explicit MllpEnd(std::uint16_t port) : port_(port) {}
  MllpEnd(const MllpEnd&) = delete;
  MllpEnd& operator=(const MllpEnd&) = delete;
  ~MllpEnd() { hang_up(); }

  // Sends `message` (segments end with CR) and waits for the answer; connects when it has to.
  // Nothing when the other side is not there, hangs up or is silent for `timeout`.
  std::optional<std::string> exchange(std::string_view message,
                                      Milliseconds timeout = std::chrono::seconds(5));
  void hang_up();

 private:
  bool connect();

  std::uint16_t port_;
  int fd_ = -1;
};

// MSA-1 of an answer: "AA", "AE", "AR"; empty when it has none.
std::string acknowledgement_code(const std::string& answer);

}  // namespace vitalgate::test
