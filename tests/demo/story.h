// The demo in four acts: all is well; the broker goes; the agent is killed; the account is settled.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/clinic/clinic.h"
#include "tests/demo/screen.h"
#include "tests/support/agent.h"
#include "tests/support/site.h"

namespace vitalgate::demo {

struct DemoOptions {
  std::uint64_t seed = 7;
  std::vector<std::string> recordings;  // FILE or FILE:driver
  double speed = 1;
  double for_s = 60;  // about
  bool plain = false;
  bool keep = false;
};

class Story {
 public:
  // Certificates, broker, receiver and monitors are made and started, one line each. Throws
  // test::Failure when a part is missing.
  explicit Story(const DemoOptions& options);

  // All four acts. True when the receiver's verdict is clean.
  bool tell();

  // Where everything is written; gone in the end, unless it is kept.
  [[nodiscard]] const std::filesystem::path& folder() const { return site_.folder.path(); }

 private:
  void choose_recordings();
  void raise_the_curtain();
  void all_is_well();
  void broker_goes();
  void agent_is_killed();
  bool settle();

  // Shows what happens for a while, or until `done`; false when the deadline came first.
  void watch(double seconds);
  bool watch_until(const std::function<bool(const test::Status&)>& done, test::Milliseconds limit);
  // Until what is stored when this is called has been confirmed. Throws test::Failure, which
  // begins with `otherwise`, when that takes too long.
  void catch_up(const std::string& otherwise);
  void refresh();

  DemoOptions options_;
  Screen screen_;
  test::Site site_;
  std::unique_ptr<clinic::Clinic> clinic_;
  std::unique_ptr<test::Agent> agent_;
  Moment moment_;
  bool agent_expected_ = false;
};

}  // namespace vitalgate::demo
