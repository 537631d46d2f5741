#include "config/keys.h"

#include <algorithm>
#include <array>

#include "agent/core/limits.h"
#include "config/buffer_keys.h"
#include "config/device_keys.h"
#include "config/setters.h"
#include "config/text_rules.h"

namespace vitalgate::config {
namespace {

using namespace registry;

constexpr std::int64_t kSocketPathMax = 107;  // sockaddr_un has 108 with its final zero

constexpr std::array<Words, 1> kVersions{"1"};
constexpr std::array<Words, 4> kLevels{"debug", "info", "warning", "error"};
constexpr std::array<Words, 2> kAcknowledgeWords{"hub", "transport"};
constexpr std::array<Words, 1> kTransports{"mqtt"};

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

constexpr std::array kDestinationKeys{
    Key{.table = "destination",
        .name = "name",
        .type = Type::id,
        .required = true,
        .max = limits::kIdLengthMax,
        .help = "your name for the hub",
        .example = "hub",
        .set = setters::set_destination<&DestinationSettings::name>},
    Key{.table = "destination",
        .name = "host",
        .required = true,
        .min = 1,
        .max = 253,
        .help = "host name or IP address of the hub",
        .example = "hub.clinic.example",
        .flaw = host_flaw,
        .set = setters::set_destination<&DestinationSettings::host>},
    Key{.table = "destination",
        .name = "port",
        .type = Type::integer,
        .fallback = "8883",
        .min = 1,
        .max = 65535,
        .help = "TCP port of the hub",
        .example = "8883",
        .set = setters::set_destination<&DestinationSettings::port>},
    Key{.table = "destination",
        .name = "ca",
        .type = Type::file,
        .required = true,
        .help = "PEM file of the authority that signed the hub's certificate",
        .example = "file:/etc/vitalgate/tls/ca.pem",
        .set = setters::set_destination<&DestinationSettings::ca>},
    Key{.table = "destination",
        .name = "certificate",
        .type = Type::file,
        .help = "PEM file of this gateway's certificate; needs key",
        .example = "file:/etc/vitalgate/tls/gateway.pem",
        .set = setters::set_destination<&DestinationSettings::certificate>},
    Key{.table = "destination",
        .name = "key",
        .type = Type::file,
        .help = "PEM file of this gateway's private key; needs certificate",
        .example = "cred:gateway-key",
        .set = setters::set_destination<&DestinationSettings::key>},
    Key{.table = "destination",
        .name = "username",
        .secret = true,
        .min = 1,
        .max = 256,
        .help = "name to log in with",
        .example = "clinic-042",
        .flaw = control_flaw,
        .set = setters::set_destination<&DestinationSettings::username>},
    Key{.table = "destination",
        .name = "password",
        .type = Type::file,
        .secret = true,
        .help = "file that holds the password; needs username",
        .example = "file:/etc/vitalgate/hub-password",
        .set = setters::set_destination<&DestinationSettings::password>},
    Key{.table = "destination",
        .name = "client_id",
        .fallback = "vitalgate-<gateway.id>",
        .min = 1,
        .max = 64,
        .help = "MQTT client id, unique at the hub",
        .example = "vitalgate-clinic-042",
        .flaw = ascii_flaw,
        .set = setters::set_destination<&DestinationSettings::client_id>},
    Key{.table = "destination",
        .name = "acknowledge",
        .type = Type::word,
        .fallback = "hub",
        .words = kAcknowledgeWords,
        .noun = "a way to acknowledge",
        .help = "delivered means: hub, it answered that it stored; transport, the broker took it",
        .example = "hub",
        .set = setters::set_destination<&DestinationSettings::acknowledge>},
    Key{.table = "destination",
        .name = "window",
        .type = Type::integer,
        .fallback = "16",
        .min = 1,
        .max = limits::kWindowMax,
        .help = "batches on their way at once",
        .example = "16",
        .set = setters::set_destination<&DestinationSettings::window>},
    Key{.table = "destination",
        .name = "answer_timeout",
        .type = Type::duration,
        .fallback = "20s",
        .min = kSecond,
        .max = 10 * kMinute,
        .help = "a batch without an answer for this long is sent again",
        .example = "20s",
        .set = setters::set_destination<&DestinationSettings::answer_timeout>},
    Key{.table = "destination",
        .name = "retry_max",
        .type = Type::duration,
        .fallback = "5m",
        .min = kSecond,
        .max = kHour,
        .help = "longest wait between two attempts to connect",
        .example = "5m",
        .set = setters::set_destination<&DestinationSettings::retry_max>},
    Key{.table = "destination",
        .name = "transport",
        .type = Type::word,
        .fallback = "mqtt",
        .words = kTransports,
        .noun = "a transport",
        .help = "how batches travel",
        .example = "mqtt",
        .set = setters::set_nothing},  // one choice: nothing to remember
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
