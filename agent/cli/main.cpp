// vitalgate: the command line. Parses, calls one verb, returns its code.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <vector>

#include "agent/cli/command.h"
#include "agent/core/text.h"

namespace vitalgate::cli {
namespace {

constexpr const char* kDefaultFile = "/etc/vitalgate/vitalgate.toml";
constexpr const char* kExitCodes =
    "Exit codes: 0 done, 1 failed, 2 usage, 6 daemon not reachable, 7 not in the group,\n"
    "8 configuration invalid, 9 not found, 130 interrupted.";

struct Program {
  CLI::App app{"Vitalgate: reads health devices and delivers their readings, none lost.",
               "vitalgate"};
  Globals globals;
  std::string file = kDefaultFile;
  std::string to_file;
  std::string key_file;
  std::string private_key;
  ReplayOptions replay;
  EraseOptions erase;
  TailOptions tail;
  DecodeOptions decode;
  std::function<Exit()> verb;

  Program() {
    // Before any subcommand is added: flags then work before and after the verb.
    app.fallthrough();
    app.require_subcommand(1);
    app.footer(kExitCodes);
    app.add_flag("--json", globals.json, "machine-readable output");
    app.add_flag("--plain,--no-color", globals.plain, "no colour");
    app.add_flag("-q,--quiet", globals.quiet, "say nothing when all is well");
    app.add_option("--socket", globals.socket, "the daemon's control socket")
        ->capture_default_str();
    add(app, "status", "one screen: hub, buffer, devices", [this] { return show_status(globals); });
    add_buffer_verbs();
    auto& reading = group("reading", "readings as they come");
    auto& follow =
        add(reading, "tail", "show readings live", [this] { return tail_readings(globals, tail); });
    follow.add_option("--device", tail.device, "only this device");
    follow.add_option("--metric", tail.metric, "only this metric");
    follow.add_option("-n,--count", tail.count, "end after this many");
    add_device_verbs();
    auto& config = group("config", "the configuration files");
    auto& show = add(config, "show", "settings in force, each with its origin",
                     [this] { return show_config(globals, file); });
    show.add_option("--config", file, "configuration file")->capture_default_str();
    auto& validate = add(config, "validate", "report everything that is wrong",
                         [this] { return validate_config(globals, file); });
    validate.add_option("FILE,--config", file, "file, or - for standard input")
        ->capture_default_str();
    add(app, "version", "version of this program", [this] { return show_version(globals); });
  }

  void add_buffer_verbs() {
    auto& buffer = group("buffer", "the durable buffer");
    add(buffer, "status", "what is stored, what waits, how much room is left",
        [this] { return show_buffer_status(globals); });
    add_store_verb(buffer, "verify", "check everything stored; changes nothing",
                   [this] { return verify_buffer(globals, file); });
    add_store_verb(buffer, "export", "every stored reading, a JSON row a line: patient data",
                   [this] { return export_buffer(globals, to_file, file); })
        .add_option("FILE", to_file, "a new file, readable by you alone, or - for stdout")
        ->required();
    add_store_verb(buffer, "mend", "set what is damaged aside and carry on with what is whole",
                   [this] { return mend_buffer(globals, file); });
    add_store_verb(buffer, "compact", "give unused room back to the file system",
                   [this] { return compact_buffer(globals, file); });
    auto& again = add_store_verb(buffer, "replay", "send kept readings of a time again, unchanged",
                                 [this] { return replay_buffer(globals, replay, file); });
    again.add_option("--from", replay.from, "2026-11-20T14:05 (local or with zone), or 2h ago")
        ->required();
    again.add_option("--to", replay.to, "the same forms, or now")->capture_default_str();
    add_store_verb(buffer, "rotate-key", "seal what is stored from now on with a new key",
                   [this] { return rotate_buffer_key(globals, file); });
    auto& erasure = add_store_verb(buffer, "erase", "destroy the store and its keys, for ever",
                                   [this] { return erase_buffer(globals, erase, file); });
    erasure.add_option("--confirm", erase.confirm, "the id of this gateway")->required();
    erasure.add_flag("--even-unsent", erase.even_unsent, "also readings that no hub has");
    add_key_verbs(buffer);
  }

  void add_key_verbs(CLI::App& buffer) {
    auto& key = add(buffer, "new-key", "make a key-encryption key in a new file",
                    [this] { return new_buffer_key(globals, key_file); });
    key.add_option("FILE", key_file, "a new file, mode 0400")->required();
    auto& pair = add(buffer, "new-recovery-key", "make a key pair for when the key is lost",
                     [this] { return new_recovery_key(globals, private_key, key_file); });
    pair.add_option("PRIVATE", private_key, "a new file: to be kept off this gateway")->required();
    pair.add_option("PUBLIC", key_file, "a new file: for buffer.recovery_key")->required();
    auto& recover = add(buffer, "recover", "open a store whose key is lost, with the recovery key",
                        [this] { return recover_buffer(globals, file, private_key); });
    recover.add_option("--private-key", private_key, "the private half, PEM")->required();
    recover.add_option("--config", file, "configuration file")->capture_default_str();
  }

  // One that works on a stopped daemon's store too.
  CLI::App& add_store_verb(CLI::App& buffer, const char* name, const char* help,
                           std::function<Exit()> run) {
    CLI::App& made = add(buffer, name, help, std::move(run));
    made.add_option("--config", file, "configuration, for when the daemon is stopped")
        ->capture_default_str();
    return made;
  }

  void add_device_verbs() {
    auto& device = group("device", "devices and what they say");
    auto& decode_verb = add(device, "decode", "what bytes of a device say, and their readings",
                            [this] { return decode_device_bytes(globals, decode); });
    decode_verb
        .add_option("FORMAT", decode.format, "characteristic (2A37) or protocol; see formats")
        ->required();
    decode_verb.add_option("HEX", decode.hex, "the bytes: 14 4A 0D03");
    decode_verb.add_option("-f,--file", decode.file, "file with the bytes as they are, or -");
    decode_verb.add_option("-t,--text", decode.text, "the bytes as text; \\r \\n \\xHH");
    add(device, "formats", "formats that decode knows, drivers that devices may have",
        [this] { return list_formats(globals); });
    add(device, "metrics", "metrics with units, codes and accepted range",
        [this] { return list_metrics(globals); });
  }

  CLI::App& group(const char* name, const char* help) {
    CLI::App* const made = app.add_subcommand(name, help);
    made->require_subcommand(1);
    return *made;
  }

  CLI::App& add(CLI::App& parent, const char* name, const char* help, std::function<Exit()> run) {
    CLI::App* const made = parent.add_subcommand(name, help);
    made->callback([this, run = std::move(run)] { verb = run; });
    return *made;
  }
};

// The first word that is no command where one was wanted, with what was probably meant.
Exit explain_unknown(const Program& program) {
  const CLI::App* at = &program.app;
  for (;;) {
    std::vector<std::string> names;
    for (const CLI::App* sub : at->get_subcommands({})) names.push_back(sub->get_name());
    for (const std::string& word : at->remaining()) {
      if (word.starts_with("-") || names.empty()) continue;
      const std::vector<std::string_view> views(names.begin(), names.end());
      const std::string_view meant = nearest(word, views);
      return fail(program.globals, Exit::usage,
                  fmt::format("no command \"{}\".{}", word,
                              meant.empty() ? "" : fmt::format(" Did you mean \"{}\"?", meant)),
                  "vitalgate --help");
    }
    if (at->get_subcommands().empty()) return Exit::ok;
    at = at->get_subcommands().front();
  }
}

Exit run(int argc, char** argv) {
  Program program;
  try {
    program.app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    program.app.exit(help);
    return Exit::ok;
  } catch (const CLI::ParseError& error) {
    if (explain_unknown(program) == Exit::usage) return Exit::usage;
    return fail(program.globals, Exit::usage, error.what(), "vitalgate --help");
  }
  return program.verb ? program.verb() : Exit::usage;
}

}  // namespace
}  // namespace vitalgate::cli

int main(int argc, char** argv) { return static_cast<int>(vitalgate::cli::run(argc, argv)); }
