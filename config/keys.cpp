#include "config/keys.h"

#include <algorithm>
#include <array>

#include "agent/core/limits.h"
#include "config/buffer_keys.h"
#include "config/destination_keys.h"
#include "config/device_keys.h"
#include "config/setters.h"
#include "config/text_rules.h"

namespace vitalgate::config {
namespace {

using namespace registry;

constexpr std::int64_t kSocketPathMax = 107;  // sockaddr_un has 108 with its final zero

constexpr std::array<Words, 1> kVersions{"1"};
constexpr std::array<Words, 4> kLevels{"debug", "info", "warning", "error"};

constexpr std::array kTables{
    Table{"", false, "the top of the file"},
    Table{"gateway", false, "who this gateway is"},
    Table{"buffer", false, "where readings wait until they are delivered"},
    Table{"upload", false, "when a batch is closed: at the first limit reached"},
    Table{"control", false, "how the command line reaches the daemon"},
    Table{"log", false, "what goes to the journal"},
    Table{"device", true, "one device that this gateway listens to"},
    Table{"column", true, "one value of a line device: a group of its pattern"},
    Table{"register", true, "one value of a Modbus device"},
    Table{"sensor", true, "one sensor behind a bridge"},
    Table{"destination", true, "one hub that gets the readings"},
};

constexpr std::array kGatewayKeys{
    Key{.table = "",
        .name = "config_version",
        .type = Type::integer,
        .required = true,
        .min = 1,
        .max = 1,
        .words = kVersions,
        .noun = "a version that this program reads",
        .help = "version of this file's format",
        .example = "1",
        .set = setters::set_top<&Settings::version>},

    Key{.table = "gateway",
        .name = "id",
        .type = Type::id,
        .required = true,
        .max = limits::kIdLengthMax,
        .help = "name of this gateway, unique among all of yours",
        .example = "clinic-042",
        .set = setters::set_gateway<&GatewaySettings::id>},
    Key{.table = "gateway",
        .name = "site_id",
        .type = Type::id,
        .fallback = "<gateway.id>",
        .max = limits::kIdLengthMax,
        .help = "name of the clinic or building",
        .example = "site-17",
        .set = setters::set_gateway<&GatewaySettings::site_id>},
    Key{.table = "gateway",
        .name = "time_zone",
        .max = 64,
        .help = "zone of device clocks that name none; empty: the system's zone",
        .example = "Europe/Berlin",
        .flaw = time_zone_flaw,
        .set = setters::set_gateway<&GatewaySettings::time_zone>},
};

constexpr std::array kAgentKeys{
    Key{.table = "upload",
        .name = "max_readings",
        .type = Type::integer,
        .fallback = "200",
        .min = 1,
        .max = limits::kBatchReadingsMax,
        .help = "most readings in a batch",
        .example = "200",
        .set = setters::set_upload<&UploadSettings::max_readings>},
    Key{.table = "upload",
        .name = "max_bytes",
        .type = Type::integer,
        .fallback = "60000",
        .min = 1000,
        .max = limits::kBatchBytesMax,
        .help = "most bytes in a batch; some hubs bill in steps of 4 KB",
        .example = "60000",
        .set = setters::set_upload<&UploadSettings::max_bytes>},
    Key{.table = "upload",
        .name = "max_age",
        .type = Type::duration,
        .fallback = "10s",
        .max = kHour,
        .help = "longest that a reading waits for its batch to fill",
        .example = "10s",
        .set = setters::set_upload<&UploadSettings::max_age>},

    Key{.table = "control",
        .name = "socket",
        .type = Type::path,
        .fallback = "/run/vitalgate/vitalgate.sock",
        .min = 1,
        .max = kSocketPathMax,
        .help = "socket between the vitalgate command and the daemon",
        .example = "/run/vitalgate/vitalgate.sock",
        .set = setters::set_control<&ControlSettings::socket>},

    Key{.table = "log",
        .name = "level",
        .type = Type::word,
        .fallback = "info",
        .words = kLevels,
        .noun = "a log level",
        .help = "least severe line that is logged",
        .example = "info",
        .set = setters::set_top<&Settings::log_level>},

};

constexpr auto kKeys = [] {
  std::array<Key, kGatewayKeys.size() + kBufferKeys.size() + kAgentKeys.size() +
                      kDeviceKeys.size() + kDestinationKeys.size()>
      all{};
  auto at = std::copy(kGatewayKeys.begin(), kGatewayKeys.end(), all.begin());
  at = std::copy(kBufferKeys.begin(), kBufferKeys.end(), at);
  at = std::copy(kAgentKeys.begin(), kAgentKeys.end(), at);
  at = std::copy(kDeviceKeys.begin(), kDeviceKeys.end(), at);
  std::copy(kDestinationKeys.begin(), kDestinationKeys.end(), at);
  return all;
}();

}  // namespace

std::span<const Table> tables() { return kTables; }
std::span<const Key> keys() { return kKeys; }

std::span<const Key> keys_of(const Table& table) {
  const auto in_table = [&](const Key& key) { return key.table == table.name; };
  const auto first = std::find_if(kKeys.begin(), kKeys.end(), in_table);
  return {first, std::find_if_not(first, kKeys.end(), in_table)};
}

const Table* find_table(std::string_view name) {
  const auto found = std::find_if(kTables.begin(), kTables.end(),
                                  [&](const Table& table) { return table.name == name; });
  return found == kTables.end() ? nullptr : &*found;
}

const Key* find_key(std::string_view table, std::string_view name) {
  const auto found = std::find_if(kKeys.begin(), kKeys.end(), [&](const Key& key) {
    return key.table == table && key.name == name;
  });
  return found == kKeys.end() ? nullptr : &*found;
}

bool has_fallback(const Key& key) {
  if (key.required) return false;
  const bool may_be_empty = (key.type == Type::text || key.type == Type::id) && key.min == 0;
  return may_be_empty || !key.fallback.empty();
}

std::span<const std::string_view> allowed(const Key& key,
                                          std::span<const std::string_view> drivers) {
  return key.type == Type::word && key.words.empty() ? drivers : key.words;
}

}  // namespace vitalgate::config
