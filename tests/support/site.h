// One clinic's surroundings, real and on the loopback: certificates, broker and receiver.
//
// What they need to run stands in one temporary folder, which is gone in the end.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/agent.h"
#include "tests/support/broker.h"
#include "tests/support/hub.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_ca.h"

namespace vitalgate::test {

class Site {
 public:
  // Certificates are made; nothing runs yet.
  explicit Site(const std::string& name = "vitalgate")
      : folder(name),
        ca(folder.path() / "ca", "ca"),
        broker(folder.path() / "broker", ca.issue()),
        hub(folder.path() / "hub") {}

  // Broker and receiver, until both are there.
  void start(double answer_delay_s = 0, unsigned drop_answers = 0) {
    broker.start();
    hub.start({.port = broker.port(),
               .ca = ca.file(),
               .answer_delay_s = answer_delay_s,
               .drop_answers = drop_answers});
    hub.wait_ready();
  }

  // An agent's configuration that fits this site.
  [[nodiscard]] AgentConfig config(std::vector<DeviceConfig> devices) const {
    AgentConfig made;
    made.port = broker.port();
    made.ca = ca.file();
    made.devices = std::move(devices);
    return made;
  }

  [[nodiscard]] std::filesystem::path lines() const { return folder.path() / "lines"; }
  [[nodiscard]] std::filesystem::path agent() const { return folder.path() / "agent"; }

  TempDir folder;
  TestCa ca;
  Broker broker;
  Hub hub;
};

}  // namespace vitalgate::test
