// ASTM E1394 / LIS02-A2: the records inside the frames.
//
//   H|\^&|...    header: the delimiters field, repeat, component, escape; field 12 processing id
//   P|1|...      patient        O|1|specimen||test|...    order: field 16 specimen descriptor
//   R|1|^^^code^name|value|unit|range|flags|nature|status|...|started|completed|    result
//   C comment, Q query, M and S of the maker, L|1|N end
//
// Fields count from 1, the record's letter. A record ends with CR. Times are the device's local
// wall clock: YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS. Escapes: &F& &S& &R& &E& and &Xhh&.
// Ascensia (Bayer) Contour meters fill some fields their own way: see Dialect.
//
// All functions are pure; any thread. Views are parts of the record.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/reading.h"
#include "firmware-bridge/local_time.h"

namespace vitalgate::bridge {

enum class AstmDialect : std::uint8_t {
  standard,
  contour,  // R: time in field 9, unit^reference in 5 ("mg/dL^P"), marks in 7 ("A/M0/T1")
};

struct AstmDelimiters {
  char field = '|';
  char repeat = '\\';
  char component = '^';
  char escape = '&';
};

// What an H record says; the usual ones for any other.
AstmDelimiters delimiters_of(std::string_view record);

// Field `number` from 1; empty when the record has fewer.
std::string_view field_of(std::string_view record, std::size_t number,
                          const AstmDelimiters& delimiters);
// Component `number` from 1 of a field's first repeat.
std::string_view component_of(std::string_view field, std::size_t number,
                              const AstmDelimiters& delimiters);
std::vector<std::string_view> fields_of(std::string_view record, const AstmDelimiters& delimiters);

// `text` with its escapes replaced. One that is not known stays as it is.
std::string unescaped(std::string_view text, const AstmDelimiters& delimiters);

struct AstmTime {
  LocalTime time;
  bool has_time_of_day = false;
};
std::optional<AstmTime> parse_astm_time(std::string_view text);

// The records of a text, without the empty ones.
std::vector<std::string_view> records_of(std::string_view text);

// An R record.
struct AstmResult {
  std::string universal;  // LOINC, where a laboratory uses it
  std::string code;       // the maker's; the universal one where there is none
  std::string name;
  std::string value;       // as sent, without `comparator`
  std::string comparator;  // "<", ">", "<=", ">="; empty otherwise
  std::optional<Decimal> number;
  std::string unit;
  std::string reference;  // contour: P plasma, B whole blood
  std::vector<std::string> flags;
  std::string status;
  std::string_view completed;  // not looked into
};
AstmResult parse_astm_result(std::string_view record, const AstmDelimiters& delimiters,
                             AstmDialect dialect);

// What the records before an R say about it.
struct AstmContext {
  AstmDelimiters delimiters;
  AstmDialect dialect = AstmDialect::standard;
  bool test = false;     // processing id other than production
  std::string specimen;  // descriptor of the last O
};

// The reading of an R record: metric of the catalogue where code and unit are in it, otherwise
// "observation" with its code. A number without a unit of the catalogue is kept as text with its
// unit. Raw is left to the caller.
Reading to_reading(const AstmResult& result, const AstmContext& context);

}  // namespace vitalgate::bridge
