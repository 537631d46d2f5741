#include "tests/support/hub.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>
#include <string_view>
#include <utility>

#include "tests/support/failure.h"
#include "tests/support/paths.h"
#include "tests/support/temp_dir.h"

namespace vitalgate::test {
namespace {

// Debian's own: another python3 in PATH does not see Debian's packages.
constexpr auto kPython = "/usr/bin/python3";
constexpr auto kFaults = "faults.json";
constexpr auto kReady = "ready";

// "12" of "... readings=12 ...".
std::string field(const std::string& line, const std::string& name) {
  const auto at = line.find(" " + name + "=");
  if (at == std::string::npos) throw Failure("the receiver's log has no " + name, "");
  const auto begin = at + name.size() + 2;
  return line.substr(begin, line.find(' ', begin) - begin);
}

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
                      "--ready-file",
                      directory_ / kReady,
                      "--faults",
                      directory_ / kFaults};
  const auto add = [&](const char* name, const std::string& value) {
    arguments.insert(arguments.end(), {name, value});
  };
  if (options.port != 0) {
    add("--mqtt-host", "127.0.0.1");
    add("--mqtt-port", std::to_string(options.port));
    add("--mqtt-version", std::to_string(options.mqtt_version));
    add("--ca", options.ca);
  }
  if (options.https) {
    add("--https-host", options.address);
    add("--https-port", "0");
    add("--https-cert", options.https->file);
    add("--https-key", options.https->key);
  }
  if (options.answer_delay_s > 0) add("--answer-delay", fmt::format("{}", options.answer_delay_s));
  if (options.drop_answers > 0) add("--drop-answers", std::to_string(options.drop_answers));
  std::filesystem::remove(directory_ / kReady);  // of the one before
  process_ = std::make_unique<Process>(arguments, log(), log());
}

std::optional<std::string> Hub::https_line() const {
  constexpr std::string_view kName = "https=";
  const std::string ready = read_file(directory_ / kReady);
  const auto at = ready.find(kName);
  if (at == std::string::npos) return std::nullopt;
  return ready.substr(at + kName.size());
}

std::uint16_t Hub::https_port() const {
  const auto line = https_line();
  if (!line) throw Failure("the receiver does not listen for HTTPS", "");
  return static_cast<std::uint16_t>(std::stoul(*line));
}

void Hub::misbehave(const HubFault& fault) const {
  Json text{{"fault", fault.kind}};
  if (fault.next) text["next"] = *fault.next;
  if (fault.status != 0) text["status"] = fault.status;
  if (fault.retry_after_s != 0) text["retry_after"] = fault.retry_after_s;
  if (fault.landed) text["landed"] = true;
  if (fault.seconds > 0) text["seconds"] = fault.seconds;
  if (fault.group != 0) text["group"] = fault.group;
  const auto made = directory_ / "faults.new";
  std::ofstream(made) << text.dump();
  std::filesystem::rename(made, directory_ / kFaults);
}

void Hub::behave() const { std::filesystem::remove(directory_ / kFaults); }

std::uint64_t Hub::faulted() const {
  std::istringstream lines(read_file(log()));
  std::uint64_t count = 0;
  for (std::string line; std::getline(lines, line);)
    if (line.find(" answer.faulted ") != std::string::npos) ++count;
  return count;
}

void Hub::wait_ready(Milliseconds timeout) {
  const auto ready = directory_ / kReady;
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

std::vector<Landing> Hub::landings() const {
  std::istringstream lines(read_file(log()));
  std::vector<Landing> all;
  for (std::string line; std::getline(lines, line);) {
    if (line.find(" batch.landed ") == std::string::npos) continue;
    const auto at = parse_rfc3339(line.substr(0, line.find(' ')));
    if (!at) continue;
    all.push_back({.at = *at,
                   .readings = std::stoull(field(line, "readings")),
                   .backfill = field(line, "backfill") == "1"});
  }
  return all;
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
