// The key registry: one row for every key that a settings file may hold.
//
// The loader, the defaults, the ranges, the unknown-key suggestions, `config show` and the JSON
// Schema all read this table, so they cannot disagree. Constant data: any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "config/settings.h"

namespace vitalgate::config {

enum class Type : std::uint8_t {
  text,
  id,         // is_valid_id()
  path,       // absolute
  file,       // "file:/absolute/path" or "cred:NAME"; see file_reference.h
  reference,  // the same, passed on as written: only the service can read what it names
  key_file,   // as file, or a key in a token: "pkcs11:..."; see pkcs11_key.h
  duration,   // "250ms"; units ms s m h d
  size,       // "4GB"; units KB MB GB TB (1000) and KiB MiB GiB TiB (1024)
  integer,
  boolean,
  word,  // one of Key::words
};

// A value that passed its key's check, in the form that the setter takes.
struct Value {
  std::string text;         // text, id, path, word, reference; for a file the resolved path
  std::int64_t number = 0;  // integer; milliseconds; bytes; 0 or 1
};

// Where a setter writes. The pointers of the tables that are not being filled are null.
struct Target {
  Settings& settings;
  DeviceSettings* device = nullptr;
  ColumnSettings* column = nullptr;
  RegisterSettings* reg = nullptr;
  SensorSettings* sensor = nullptr;
  DestinationSettings* destination = nullptr;
};

struct Key {
  std::string_view table = {};  // Table::name
  std::string_view name = {};
  Type type = Type::text;
  bool required = false;
  bool secret = false;  // its value is never shown or repeated in a message
  // As written between the quotes; "<gateway.id>" in it stands for that value. See has_fallback.
  std::string_view fallback = {};
  // integer: itself; duration: milliseconds; size: bytes; text and path: characters.
  std::int64_t min = 0;
  std::int64_t max = 0;
  // The only values allowed, for a word or an integer. A word without a list here is a driver:
  // their list comes from the caller.
  std::span<const std::string_view> words = {};
  std::string_view noun = {};  // "a baud rate": what a value outside of `words` is not
  std::string_view help = {};
  std::string_view example = {};  // as written between the quotes
  // What is wrong with a text that has the right length; empty when nothing is.
  std::string (*flaw)(std::string_view text) = nullptr;
  void (*set)(const Target& target, const Value& value) = nullptr;
};

struct Table {
  std::string_view name = {};  // empty: the top of the file
  bool repeated = false;       // written [[name]], once for each
  std::string_view help = {};
};

// In the order in which a file shows them: keys by table; the first table is the top.
std::span<const Table> tables();
std::span<const Key> keys();
std::span<const Key> keys_of(const Table& table);

// Nothing when there is none of that name.
const Table* find_table(std::string_view name);
const Key* find_key(std::string_view table, std::string_view name);

// Whether a key that is left out gets its fallback; otherwise its field stays unset. An empty
// fallback counts for a text that may be empty.
bool has_fallback(const Key& key);

// The words allowed for `key`: its own, or `drivers` for a word without a list.
std::span<const std::string_view> allowed(const Key& key,
                                          std::span<const std::string_view> drivers);

// The registry as JSON Schema, draft 2020-12. `drivers` become the allowed words of
// device.driver; without them any text is allowed there.
std::string schema_json(std::span<const std::string_view> drivers = {});

}  // namespace vitalgate::config
