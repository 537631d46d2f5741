// What a person asks of the buffer, and its line on the control socket.
//
//   {"verb":"buffer_verify"}   {"verb":"buffer_export"}   {"verb":"buffer_compact"}
//   {"verb":"buffer_mend"}
//   {"verb":"buffer_replay","from":"2026-03-02T14:00:00.000Z","to":"..."}
//   {"verb":"buffer_rotate_key"}   {"verb":"buffer_erase","confirm":"clinic-042","force":true}
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "agent/core/clock.h"
#include "agent/core/result.h"

namespace vitalgate {

struct BufferCommand {
  enum class Verb : std::uint8_t { verify, export_rows, compact, replay, erase, rotate_key, mend };
  Verb verb = Verb::verify;
  WallTime from{}, to{};       // replay
  std::string confirm = {};    // erase: the gateway's id
  bool force = false;          // erase: also what no hub has
  std::uint32_t asked_by = 0;  // the user id that the kernel vouches for
};

// "buffer_verify"
std::string_view name(BufferCommand::Verb verb);

// Whether a request with this verb is one of these: it needs the right to change.
bool is_buffer_command(std::string_view verb);

// `request` is an object whose verb is one of these. Errors are `malformed`, in words for a person.
Result<BufferCommand> command_from(const nlohmann::json& request);
nlohmann::json to_request(const BufferCommand& command);

}  // namespace vitalgate
