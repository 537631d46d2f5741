#include "tests/support/hub.h"

#include <fmt/format.h>

#include <sstream>
#include <utility>

#include "tests/support/failure.h"
#include "tests/support/paths.h"
#include "tests/support/temp_dir.h"

namespace vitalgate::test {
namespace {

// Debian's own: another python3 in PATH does not see Debian's packages.
constexpr auto kPython = "/usr/bin/python3";

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

}  // namespace

Hub::Hub(std::filesystem::path directory)
    : directory_(std::move(directory)), python_(kPython), script_(source_file("tests/hub/hub.py")) {
  std::filesystem::create_directories(directory_);
  if (run({python_, "-c", "import paho.mqtt.client"}).code != 0) {
    throw Failure("the receiver needs paho-mqtt for Python, which is not installed",
                  "apt-get install python3-paho-mqtt");
  }
}

void Hub::start(const Options& options) {
  Arguments arguments{python_,
                      script_,
                      "serve",
                      "--bronze",
                      bronze(),
                      "--verdict",
                      directory_ / "verdict.json",
                      "--mqtt-host",
                      "127.0.0.1",
                      "--mqtt-port",
                      std::to_string(options.port),
                      "--ca",
                      options.ca,
                      "--ready-file",
                      directory_ / "ready"};
  if (options.answer_delay_s > 0) {
    arguments.insert(arguments.end(),
                     {"--answer-delay", fmt::format("{}", options.answer_delay_s)});
  }
  if (options.drop_answers > 0) {
    arguments.insert(arguments.end(), {"--drop-answers", std::to_string(options.drop_answers)});
  }
  process_ = std::make_unique<Process>(arguments, log(), log());
}

void Hub::wait_ready(Milliseconds timeout) {
  const auto ready = directory_ / "ready";
  poll_until([&] { return std::filesystem::exists(ready) || !running(); }, timeout);
  if (running() && std::filesystem::exists(ready)) return;
  throw Failure("the receiver does not come up; its last words:\n" + tail_of(log()),
                "run it by hand: " + python_ + " " + script_ + " serve --help");
}

Verdict Hub::verdict() const {
  const Json json = Json::parse(read_file(directory_ / "verdict.json"), nullptr, false);
  if (!json.is_object()) return {};  // not written yet
  Verdict verdict;
  verdict.received = json.at("received").get<std::uint64_t>();
  verdict.batches = json.at("batches").get<std::uint64_t>();
  verdict.duplicates = json.at("duplicates").get<std::uint64_t>();
  verdict.repeated_batches = json.at("repeated_batches").get<std::uint64_t>();
  verdict.missing = json.at("missing").get<std::uint64_t>();
  verdict.dropped = json.at("dropped").get<std::uint64_t>();
  verdict.violations = json.at("violations").get<std::uint64_t>();
  verdict.clean = json.at("clean").get<bool>();
  for (const auto& [id, stream] : json.at("streams").items()) {
    verdict.streams[id] = stream.at("received").get<std::uint64_t>();
  }
  for (const Json& range : json.at("missing_ranges")) {
    verdict.details.push_back("missing " + text_of(range));
  }
  for (const Json& found : json.at("violation_details")) verdict.details.push_back(text_of(found));
  return verdict;
}

std::vector<Json> Hub::rows(const std::string& device, const std::string& metric) const {
  Arguments arguments{python_, script_, "rows", "--bronze", bronze()};
  if (!device.empty()) arguments.insert(arguments.end(), {"--device", device});
  if (!metric.empty()) arguments.insert(arguments.end(), {"--metric", metric});
  const Output output = run(arguments, std::chrono::seconds(120));
  if (output.code != 0) throw Failure("hub.py rows failed: " + output.err, "");
  std::vector<Json> rows;
  std::istringstream lines(output.out);
  for (std::string line; std::getline(lines, line);) rows.push_back(Json::parse(line));
  return rows;
}

int Hub::stop() { return process_ ? process_->stop() : -1; }

}  // namespace vitalgate::test
