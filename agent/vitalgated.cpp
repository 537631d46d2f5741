// vitalgated: the daemon. Parses, loads, runs, returns.
//
// Exit codes: 0 stopped as asked, 1 failed while running, 2 usage, 78 (EX_CONFIG) the
// configuration is wrong, so starting again would not help.

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>

#include "agent/core/log.h"
#include "agent/runtime.h"
#include "agent/version.h"
#include "config/loader.h"
#include "firmware-bridge/sources.h"

namespace {

using vitalgate::config::Settings;

constexpr const char* kDefaultFile = "/etc/vitalgate/vitalgate.toml";
constexpr int kUsage = 2;

// What a process that holds patient data needs before its first thread.
void harden() {
  ::umask(077);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  ::signal(SIGPIPE, SIG_IGN);
  // Paho would follow these silently; a proxy is a setting.
  for (const char* variable : {"http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"})
    ::unsetenv(variable);
  sigset_t stops;
  sigemptyset(&stops);
  sigaddset(&stops, SIGTERM);
  sigaddset(&stops, SIGINT);
  sigaddset(&stops, SIGHUP);  // a terminal that went away
  pthread_sigmask(SIG_BLOCK, &stops, nullptr);
}

std::optional<Settings> load(const std::string& file) {
  const auto loaded = vitalgate::config::load(file, {.drivers = vitalgate::bridge::driver_names(),
                                                     .check_files = true,
                                                     .check = vitalgate::bridge::source_flaws});
  for (const auto& problem : loaded.problems)
    std::fputs(vitalgate::config::to_text(problem, /*colour=*/false).c_str(), stderr);
  if (!loaded.settings)
    std::fprintf(stderr, "vitalgated: not started: %zu problem(s) in the configuration\nTry: %s\n",
                 loaded.problems.size() + loaded.problems_left_out,
                 ("vitalgate config validate " + file).c_str());
  return loaded.settings;
}

int run(const Settings& settings) {
  vitalgate::log::set_level(settings.log_level);
  if (!settings.gateway.time_zone.empty()) {
    ::setenv("TZ", settings.gateway.time_zone.c_str(), 1);
    ::tzset();
  }
  const auto outcome = vitalgate::run_agent(settings);
  if (outcome) return EXIT_SUCCESS;
  const vitalgate::Error& error = outcome.error();
  vitalgate::log::error("agent.failed", error.what, {{"hint", error.hint}});
  return error.code == vitalgate::Errc::rejected ? EX_CONFIG : EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Vitalgate agent: reads devices, keeps readings, delivers them to the hub.\n"
      "Normally started by systemd; see vitalgate(1) for everything else.");
  std::string file = kDefaultFile;
  app.add_option("--config", file, "configuration file")->capture_default_str();
  app.set_version_flag("--version", std::string(vitalgate::kVersion));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? EXIT_SUCCESS : kUsage;
  }
  harden();
  const auto settings = load(file);
  return settings ? run(*settings) : EX_CONFIG;
}
