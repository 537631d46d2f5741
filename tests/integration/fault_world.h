// What every test of the fault matrix stands in: devices that go on, the real agent, the real
// broker or web server, the receiver, and between agent and server a proxy that can be spoiled.
//
// A test makes one fault, expects its cause to be named, ends it, and expects everything to have
// arrived without a restart.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/integration/world.h"
#include "tests/support/fault_proxy.h"
#include "tests/support/nginx.h"

namespace vitalgate::test {

class FaultWorld : public World {
 protected:
  // Broker and receiver run; `more` are further lines of the destination's table.
  void start_mqtt(const std::string& more = {});
  // The receiver over HTTPS behind nginx, likewise.
  void start_https(const std::string& more = {});

  // The devices and an agent that goes through the proxy, configured and not started.
  void aim(const std::string& more);

  // The agent runs, the devices send, the first readings have arrived.
  void begin();
  // The agent runs, the devices send.
  void begin_in_trouble();

  // Waits until `vitalgate status`, as text and as JSON, has one of `words`, with a next step, and
  // until the intake has gone on after that. The status that had them.
  Status expect_named(const std::vector<std::string>& words,
                      Milliseconds timeout = std::chrono::seconds(30));
  // Not a word of trouble while more is stored and delivered.
  void expect_untroubled();

  // The fault is over: what is stored by now arrives, then the rest; the receiver misses nothing
  // and saw no violation; the agent is the process it was.
  void expect_recovered();

  // How the agent reaches the hub; to be changed before begin().
  AgentConfig config_;
  std::unique_ptr<Nginx> front_;
  std::unique_ptr<FaultProxy> proxy_;
  std::uint64_t monitors_ = 3;
  double speed_ = 5;

 private:
  pid_t pid_ = -1;
};

}  // namespace vitalgate::test
