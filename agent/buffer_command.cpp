#include "agent/buffer_command.h"

#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "agent/core/limits.h"

namespace vitalgate {
namespace {

using Json = nlohmann::json;
using Verb = BufferCommand::Verb;

constexpr std::array kVerbs{Verb::verify, Verb::export_rows, Verb::compact, Verb::replay,
                            Verb::erase,  Verb::rotate_key,  Verb::mend};

std::string text_of(const Json& request, const char* key) {
  const auto found = request.find(key);
  if (found == request.end() || !found->is_string()) return {};
  return found->get_ref<const std::string&>().substr(0, limits::kIdLengthMax + 1);
}

std::optional<Verb> verb_from(std::string_view word) {
  for (const Verb verb : kVerbs)
    if (name(verb) == word) return verb;
  return std::nullopt;
}

}  // namespace

std::string_view name(Verb verb) {
  switch (verb) {
    case Verb::verify:
      return "buffer_verify";
    case Verb::export_rows:
      return "buffer_export";
    case Verb::compact:
      return "buffer_compact";
    case Verb::replay:
      return "buffer_replay";
    case Verb::erase:
      return "buffer_erase";
    case Verb::rotate_key:
      return "buffer_rotate_key";
    case Verb::mend:
      return "buffer_mend";
  }
  return "";
}

bool is_buffer_command(std::string_view verb) { return verb_from(verb).has_value(); }

Result<BufferCommand> command_from(const Json& request) {
  const auto verb = verb_from(text_of(request, "verb"));
  if (!verb) return Error{Errc::malformed, "no such command", ""};
  BufferCommand command{.verb = *verb};
  if (*verb == Verb::replay) {
    const auto from = parse_rfc3339(text_of(request, "from"));
    const auto to = parse_rfc3339(text_of(request, "to"));
    if (!from || !to || *from > *to)
      return Error{Errc::malformed, "a replay needs 'from' and 'to', in this order",
                   "vitalgate buffer replay --from 2h --to now"};
    command.from = *from;
    command.to = *to;
  }
  if (*verb == Verb::erase) {
    command.confirm = text_of(request, "confirm");
    const auto force = request.find("force");
    command.force = force != request.end() && force->is_boolean() && force->get<bool>();
  }
  return command;
}

Json to_request(const BufferCommand& command) {
  Json request{{"verb", name(command.verb)}};
  if (command.verb == Verb::replay) {
    request["from"] = to_rfc3339(command.from);
    request["to"] = to_rfc3339(command.to);
  }
  if (command.verb == Verb::erase) {
    request["confirm"] = command.confirm;
    request["force"] = command.force;
  }
  return request;
}

}  // namespace vitalgate
