// BufferJob: one command on the buffer, carried out a bounded piece at a time.
//
// Both the daemon, between its other work, and the command line, on the store of a stopped daemon,
// run it. It tells of itself in lines of JSON:
//
//   {"progress":{...}}    now and then
//   {"damage":"..."}      verify and mend: one clause each
//   {"reading_id":...}    export: contract rows. Patient data
//   {"done":{...}}        or {"failed":{"code":N,"what":"...","hint":"..."}}: the last line
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/buffer_command.h"
#include "config/settings.h"
#include "sync/buffer/buffer.h"

namespace vitalgate {

// The error as the last line of a job; `code` is the exit code it ends with.
std::string failed_line(const Error& error, int code = 1);

class BufferJob {
 public:
  // Both references outlive this.
  BufferJob(sync::Buffer& buffer, const config::Settings& settings, BufferCommand command)
      : buffer_(buffer), settings_(settings), command_(std::move(command)) {}

  // Why it must not be done; nothing when it may.
  [[nodiscard]] std::optional<Error> objection() const;

  // The next piece; appends its lines to `out`. Not after has_ended().
  void step(std::string& out, Clock::time_point now);

  [[nodiscard]] bool has_ended() const { return ended_; }
  [[nodiscard]] const BufferCommand& command() const { return command_; }
  // What waits has changed: destinations must be loaded anew.
  [[nodiscard]] bool must_reload() const { return reload_; }
  // The store is gone, or in no known state when there is an error.
  [[nodiscard]] bool has_erased() const { return erased_; }
  // What verify found.
  [[nodiscard]] const std::vector<std::string>& damages() const { return verification_.damages; }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  Result<std::string> piece(std::string& out, Clock::time_point now);
  Result<std::string> verify(std::string& out, Clock::time_point now);
  Result<std::string> export_rows(std::string& out);
  Result<std::string> compact(std::string& out, Clock::time_point now);
  Result<std::string> replay();
  Result<std::string> erase();
  Result<std::string> rotate_key();
  Result<std::string> mend(std::string& out, Clock::time_point now);
  bool progress_is_due(Clock::time_point now);

  sync::Buffer& buffer_;
  const config::Settings& settings_;
  const BufferCommand command_;
  sync::Buffer::Verification verification_;
  sync::Buffer::Export export_;
  std::size_t damages_told_ = 0;
  std::int64_t bytes_freed_ = 0;
  Clock::time_point told_{};
  bool ended_ = false;
  bool reload_ = false;
  bool erased_ = false;
  std::optional<Error> error_;
};

}  // namespace vitalgate
