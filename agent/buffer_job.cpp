#include "agent/buffer_job.h"

#include <nlohmann/json.hpp>

#include "agent/core/limits.h"
#include "agent/erasure_record.h"

namespace vitalgate {
namespace {

using Json = nlohmann::ordered_json;
using Verb = BufferCommand::Verb;

constexpr auto kProgressInterval = std::chrono::milliseconds(200);
constexpr std::size_t kRangesTold = 1000;  // of what a mending lost; all are in the log

// Words of the store are ours, but what it read may be damaged: never an exception for them.
std::string line(const char* word, Json content) {
  const Json json{{word, std::move(content)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string failed_line(const Error& error, int code) {
  return line("failed", {{"code", code}, {"what", error.what}, {"hint", error.hint}});
}

std::optional<Error> BufferJob::objection() const {
  if (command_.verb != Verb::erase) return std::nullopt;
  const std::string& id = settings_.gateway.id;
  const std::string again = "vitalgate buffer erase --confirm " + id;
  if (command_.confirm != id)
    return Error{Errc::rejected, "an erasure is confirmed by this gateway's id; nothing was erased",
                 again};
  const std::uint64_t unsent = buffer_.totals().waiting;
  if (unsent > 0 && !command_.force)
    return Error{
        Errc::rejected,
        std::to_string(unsent) + " reading" + (unsent == 1 ? " that" : "s that") +
            " no hub has would be destroyed; nothing was erased",
        "bring the hub back (vitalgate status), or destroy them too: " + again + " --even-unsent"};
  return std::nullopt;
}

void BufferJob::step(std::string& out, Clock::time_point now) {
  auto result = piece(out, now);
  if (result) {
    out += *result;
    return;
  }
  ended_ = true;
  error_ = result.error();
  out += failed_line(*error_);
}

Result<std::string> BufferJob::piece(std::string& out, Clock::time_point now) {
  switch (command_.verb) {
    case Verb::verify:
      return verify(out, now);
    case Verb::export_rows:
      return export_rows(out);
    case Verb::compact:
      return compact(out, now);
    case Verb::replay:
      return replay();
    case Verb::erase:
      return erase();
    case Verb::rotate_key:
      return rotate_key();
    case Verb::mend:
      return mend(out, now);
  }
  return std::string();
}

bool BufferJob::progress_is_due(Clock::time_point now) {
  if (now - told_ < kProgressInterval) return false;
  told_ = now;
  return true;
}

Result<std::string> BufferJob::verify(std::string& out, Clock::time_point now) {
  VG_TRY(buffer_.verify_some(verification_, limits::kVerifySegmentsPerStep));
  for (; damages_told_ < verification_.damages.size(); ++damages_told_)
    out += line("damage", verification_.damages[damages_told_]);
  ended_ = verification_.done;
  if (!ended_ && !progress_is_due(now)) return std::string();
  return line(ended_ ? "done" : "progress", {{"segments", verification_.segments},
                                             {"readings", verification_.readings},
                                             {"batches", verification_.batches},
                                             {"damages", verification_.damages.size()}});
}

Result<std::string> BufferJob::export_rows(std::string& out) {
  VG_TRY(buffer_.export_some(export_, limits::kExportBytesPerStep, out));
  ended_ = export_.done;
  return ended_ ? line("done", {{"readings", export_.readings}}) : std::string();
}

Result<std::string> BufferJob::compact(std::string&, Clock::time_point now) {
  const std::int64_t freed = VG_TRY(buffer_.compact_some(limits::kCompactPagesPerStep));
  bytes_freed_ += freed;
  ended_ = freed == 0;
  if (!ended_ && !progress_is_due(now)) return std::string();
  return line(ended_ ? "done" : "progress", {{"bytes", bytes_freed_}});
}

Result<std::string> BufferJob::replay() {
  const auto replayed = VG_TRY(buffer_.replay(command_.from, command_.to));
  ended_ = reload_ = true;
  return line("done", {{"batches", replayed.batches}, {"readings", replayed.readings}});
}

Result<std::string> BufferJob::erase() {
  erased_ = true;  // whatever comes of it: nothing else may be asked of the buffer
  const auto erasure = VG_TRY(buffer_.erase());
  const auto record = write_erasure_record(settings_, erasure, command_.asked_by, wall_now());
  if (!record)
    return Error{record.error().code,
                 "the store is erased, but its record could not be written: " + record.error().what,
                 record.error().hint};
  ended_ = true;
  return line("done", {{"epoch", erasure.epoch},
                       {"keys", erasure.keys},
                       {"waiting", erasure.waiting},
                       {"stored", erasure.stored},
                       {"record", record->string()}});
}

// Looks first: a store that is whole is left alone.
Result<std::string> BufferJob::mend(std::string& out, Clock::time_point now) {
  const std::string found = VG_TRY(verify(out, now));
  if (!ended_ || verification_.damages.empty()) return found;
  ended_ = false;
  reload_ = true;
  const std::size_t before = buffer_.losses().size();
  const std::string epoch = buffer_.epoch();
  VG_TRY(buffer_.mend(now));
  if (buffer_.epoch() == epoch)
    return Error{Errc::corrupt, "the store was opened again, but what is damaged is still in it",
                 "vitalgate buffer export FILE saves what can be read"};
  ended_ = true;
  Json lost = Json::array();
  for (std::size_t i = before; i < buffer_.losses().size() && lost.size() < kRangesTold; ++i) {
    const sync::Loss& loss = buffer_.losses()[i];
    lost.push_back({{"stream_id", loss.stream_id},
                    {"first_seq", loss.range.first},
                    {"last_seq", loss.range.last},
                    {"reason", loss.reason}});
  }
  return line("done", {{"damages", verification_.damages.size()},
                       {"epoch", buffer_.epoch()},
                       {"lost", std::move(lost)}});
}

Result<std::string> BufferJob::rotate_key() {
  VG_TRY(buffer_.rotate_key(wall_now()));
  ended_ = true;
  const auto keys = buffer_.keys();
  return line("done", {{"key", keys.current}, {"data_keys", keys.data_keys}});
}

}  // namespace vitalgate
