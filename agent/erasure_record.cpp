#include "agent/erasure_record.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "agent/version.h"
#include "sync/buffer/disk.h"

namespace vitalgate {
namespace {

using Json = nlohmann::ordered_json;

// "erased-20260302T140507120Z.json"
std::string file_name(WallTime now) {
  std::string time = to_rfc3339(now);
  std::erase_if(time, [](char c) { return c == '-' || c == ':' || c == '.'; });
  return "erased-" + time + ".json";
}

std::string record_text(const config::Settings& settings, const sync::Buffer::Erasure& erasure,
                        std::uint32_t asked_by, WallTime now) {
  const Json json{
      {"schema", "vitalgate.erasure/1"},
      {"gateway_id", settings.gateway.id},
      {"site_id", settings.gateway.site_id},
      {"epoch", erasure.epoch},
      {"erased_at", to_rfc3339(now)},
      {"asked_by_uid", asked_by},
      {"agent_version", kVersion},
      {"method", "crypto-erase: the data keys were overwritten, then the files removed"},
      {"key_fingerprints", erasure.keys},
      {"readings_stored", erasure.stored},
      {"readings_that_no_hub_had", erasure.waiting},
      {"remains_to_do",
       "Copies of the key files (backups, images of the disk) can still be opened with the "
       "key-encryption key: destroy it too, and the private half of the recovery key if this "
       "gateway was its only one. " +
           settings.buffer.key}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

Result<std::filesystem::path> write_erasure_record(const config::Settings& settings,
                                                   const sync::Buffer::Erasure& erasure,
                                                   std::uint32_t asked_by, WallTime now) {
  sync::Disk& disk = sync::system_disk();
  const std::filesystem::path& directory = settings.buffer.directory;
  const std::filesystem::path file = directory / file_name(now);
  if (VG_TRY(disk.exists(file)))
    return Error{Errc::rejected, file.string() + " is there already", "move it away"};
  VG_TRY(disk.make_directory(directory));
  VG_TRY(disk.write(file, 0, record_text(settings, erasure, asked_by, now)));
  VG_TRY(disk.sync_directory(directory));
  return file;
}

}  // namespace vitalgate
