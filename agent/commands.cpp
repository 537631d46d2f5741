#include "agent/commands.h"

#include <nlohmann/json.hpp>

#include "agent/core/log.h"

namespace vitalgate {
namespace {

using Json = nlohmann::json;
using Verb = BufferCommand::Verb;

// While the reader is behind. Short: its thread is waited for, not a person.
constexpr auto kReaderPause = std::chrono::milliseconds(5);

std::string refusal(const Error& error) {
  const Json json{{"ok", false}, {"code", 1}, {"what", error.what}, {"hint", error.hint}};
  return json.dump() + "\n";
}

}  // namespace

void Commands::on(const CommandRequest& request, Clock::time_point now, std::string_view trouble) {
  const std::string verb(name(request.command.verb));
  drop_if_abandoned();
  if (job_) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - began_).count();
    request.reply->put(refusal({Errc::unavailable,
                                "busy: " + std::string(name(job_->command().verb)) +
                                    " runs since " + std::to_string(seconds) + " s",
                                "try again when it has ended"}),
                       /*last=*/true);
    return;
  }
  if (!trouble.empty()) {
    request.reply->put(
        refusal({Errc::unavailable, std::string("the store cannot be used now: ").append(trouble),
                 "vitalgate status"}),
        /*last=*/true);
    return;
  }
  BufferJob job(buffer_, settings_, request.command);
  if (const auto objection = job.objection()) {
    log::warning("command.refused", objection->what,
                 {{"verb", verb}, {"uid", request.command.asked_by}});
    request.reply->put(refusal(*objection), /*last=*/true);
    return;
  }
  log::info("command.started", "a person asked for it",
            {{"verb", verb}, {"uid", request.command.asked_by}});
  job_.emplace(std::move(job));
  reply_ = request.reply;
  began_ = now;
  reply_->put(Json{{"ok", true}, {"body", {{"command", verb}}}}.dump() + "\n");
}

Result<Commands::Outcome> Commands::step(Clock::time_point now) {
  drop_if_abandoned();
  if (!job_ || !reply_->has_room()) return Outcome::nothing;
  std::string lines;
  job_->step(lines, now);
  reply_->put(lines, job_->has_ended());
  if (!job_->has_ended()) return Outcome::nothing;
  const bool changed = job_->must_reload(), erased = job_->has_erased();
  const auto error = job_->error();
  finish(Clock::now());
  if (erased && error) return *error;
  return erased ? Outcome::erased : changed ? Outcome::changed : Outcome::nothing;
}

void Commands::drop_if_abandoned() {
  if (!job_ || job_->command().verb != Verb::export_rows || !reply_->is_abandoned()) return;
  log::info("command.abandoned", "the reader of the export went away");
  job_.reset();
  reply_.reset();
}

void Commands::finish(Clock::time_point now) {
  const auto taken = std::chrono::duration_cast<std::chrono::milliseconds>(now - began_).count();
  const std::string_view verb = name(job_->command().verb);
  if (const auto& damages = job_->damages(); !damages.empty())
    log::error("buffer.damaged", damages.front(), {{"damages", damages.size()}});
  if (const auto& error = job_->error())
    log::warning("command.failed", error->what, {{"verb", verb}, {"hint", error->hint}});
  else
    log::info("command.ended", "done", {{"verb", verb}, {"ms", taken}});
  job_.reset();
  reply_.reset();
}

std::optional<Clock::time_point> Commands::wake_at(Clock::time_point now) const {
  if (!job_) return std::nullopt;
  return reply_->has_room() ? now : now + kReaderPause;
}

void Commands::end(const Error& why) {
  if (!job_) return;
  reply_->put(failed_line(why), /*last=*/true);
  log::warning("command.failed", why.what, {{"verb", name(job_->command().verb)}});
  job_.reset();
  reply_.reset();
}

}  // namespace vitalgate
