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

// On the buffer: by the running daemon, else on the store that `config_file` names.
Exit verify_buffer(const Globals& globals, const std::string& config_file);
Exit export_buffer(const Globals& globals, const std::string& file,
                   const std::string& config_file);  // "-": standard output
Exit mend_buffer(const Globals& globals, const std::string& config_file);
Exit compact_buffer(const Globals& globals, const std::string& config_file);
Exit rotate_buffer_key(const Globals& globals, const std::string& config_file);

struct ReplayOptions {
  std::string from;
  std::string to = "now";
};
Exit replay_buffer(const Globals& globals, const ReplayOptions& options,
                   const std::string& config_file);

struct EraseOptions {
  std::string confirm;  // the gateway's id
  bool even_unsent = false;
};
Exit erase_buffer(const Globals& globals, const EraseOptions& options,
                  const std::string& config_file);

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

// Keys of the buffer. A file that is there is never overwritten.
Exit new_buffer_key(const Globals& globals, const std::string& file);
Exit new_recovery_key(const Globals& globals, const std::string& private_file,
                      const std::string& public_file);
// With a stopped daemon: wraps the buffer's keys under the key that the configuration names.
Exit recover_buffer(const Globals& globals, const std::string& config_file,
                    const std::string& private_key);

}  // namespace vitalgate::cli
