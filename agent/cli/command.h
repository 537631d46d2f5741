// What every verb of `vitalgate` shares: options, exit codes, the way to fail.
//
// Data goes to stdout, messages to stderr. A failure ends with a line that can be typed.
#pragma once

#include <cstdio>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vitalgate::cli {

// docs/cli.md. Unknown codes are failures.
enum class Exit : int {
  ok = 0,
  failure = 1,
  usage = 2,
  unreachable = 6,  // the daemon does not answer
  forbidden = 7,    // not in the group
  invalid = 8,      // the configuration
  not_found = 9,
  interrupted = 130,
};

// Flags that every verb takes, before or after it.
struct Globals {
  bool json = false;
  bool plain = false;  // no colour, ASCII only
  bool quiet = false;
  std::string socket = "/run/vitalgate/vitalgate.sock";
};

// `vitalgate: WHAT` and `Try: HINT` on stderr; with --json also as an object on stdout.
Exit fail(const Globals& globals, Exit code, std::string_view what, std::string_view hint);

// The verbs, one a file.
Exit show_status(const Globals& globals);
Exit show_buffer_status(const Globals& globals);

struct TailOptions {
  std::string device;
  std::string metric;
  std::uint64_t count = 0;  // 0: until interrupted
};
Exit tail_readings(const Globals& globals, const TailOptions& options);

struct DecodeOptions {
  std::string format;
  std::vector<std::string> hex;
  std::string file;                 // "-": standard input
  std::optional<std::string> text;  // with \r, \n, \t, \\ and \xHH
};
Exit decode_device_bytes(const Globals& globals, const DecodeOptions& options);
Exit list_formats(const Globals& globals);
Exit list_metrics(const Globals& globals);

Exit show_config(const Globals& globals, const std::string& file);
Exit validate_config(const Globals& globals, const std::string& file);
Exit show_version(const Globals& globals);

}  // namespace vitalgate::cli
