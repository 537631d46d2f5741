#include "firmware-bridge/feed/hl7_observation.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "agent/core/limits.h"
#include "agent/core/text.h"
#include "config/catalogue.h"
#include "firmware-bridge/feed/hl7_time.h"
#include "firmware-bridge/unit_text.h"

namespace vitalgate::bridge::hl7 {
namespace {

namespace unit = config::unit;
using std::string_view_literals::operator""sv;

// A name longer than this is no code, unit or flag that anybody knows.
constexpr std::size_t kWordBytesMax = 128;
constexpr std::size_t kAbnormalMax = 8;

// Table 0085. Not here: D deleted, I pending, N not asked, O order only, W wrong, X no result.
constexpr std::string_view kUsableStatus = "FPCRSUABV";

// Units of ISO/IEEE 11073-10101, as monitors name them in OBX-6.
struct MdcUnit {
  std::string_view code;
  UnitId unit;
};
constexpr auto kMdcUnits = std::to_array<MdcUnit>({
    {"262656", unit::kOne},
    {"262688", unit::kPercent},
    {"263441", unit::kCentimetre},
    {"263875", unit::kKilogram},
    {"263904", unit::kPound},
    {"264096", unit::kKilogramPerSquareMetre},
    {"264274", unit::kMilligramPerDecilitre},
    {"264864", unit::kPerMinute},
    {"264928", unit::kPerMinute},
    {"265987", unit::kKilopascal},
    {"266016", unit::kMillimetreOfMercury},
    {"266560", unit::kDegreeFahrenheit},
    {"266866", unit::kMillimolePerLitre},
    {"268192", unit::kDegreeCelsius},
});

bool is_loinc(std::string_view system) {
  return system == "LN" || system == "LNC" || system == "LOINC";
}

std::string word(const Message& message, std::string_view part) {
  return message.text_of(part.substr(0, kWordBytesMax));
}

// The component `number` of a CE or CWE, which has a code, a text and a system, twice.
struct Coding {
  std::string code;
  std::string system;
};

Coding coding(const Message& message, std::string_view field, std::size_t first) {
  const Header& header = message.header();
  return {word(message, header.component(field, first)),
          word(message, header.component(field, first + 2))};
}

std::uint32_t mdc_code(const Coding& coding) {
  std::uint32_t code = 0;
  const char* end = coding.code.data() + coding.code.size();
  const auto [stop, error] = std::from_chars(coding.code.data(), end, code);
  return coding.system == "MDC" && error == std::errc{} && stop == end ? code : 0;
}

// OBX-3. False when the value has no name.
bool take_code(const Message& message, std::string_view field, Observation& out) {
  const Coding first = coding(message, field, 1);
  const Coding second = coding(message, field, 4);
  const bool use_second = first.code.empty() || (!second.code.empty() && is_loinc(second.system) &&
                                                 !is_loinc(first.system));
  const Coding& used = use_second ? second : first;
  out.code = used.code;
  out.system = used.system;
  out.mdc = mdc_code(first) != 0 ? mdc_code(first) : mdc_code(second);
  return !says_nothing(out.code);
}

std::optional<UnitId> mdc_unit(std::string_view code) {
  for (const MdcUnit& known : kMdcUnits)
    if (known.code == code) return known.unit;
  return std::nullopt;
}

// OBX-6: the first of code, alternate code, and their texts that is known.
void take_unit(const Message& message, std::string_view field, Observation& out) {
  if (says_nothing(field)) return;
  for (const std::size_t number : {1U, 4U, 2U, 5U}) {
    const std::string text = word(message, message.header().component(field, number));
    if (text.empty()) continue;
    if (out.unit_text.empty()) out.unit_text = text;
    const std::string system = word(message, message.header().component(field, number + 2));
    out.unit = system == "MDC" && number != 2 ? mdc_unit(text) : ucum_from_free_text(text);
    if (!out.unit) continue;
    out.unit_text = text;
    return;
  }
}

// HL7 allows a plus, zeros in front and behind; ".5" is seen, too.
std::optional<Decimal> parse_number(std::string_view text) {
  text = trim(text);
  std::string digits(text.substr(0, 32));
  if (digits.size() != text.size()) return std::nullopt;
  const std::size_t point = digits.find('.');
  const bool starts = point == 0 || (point == 1 && (digits[0] == '-' || digits[0] == '+'));
  if (starts) digits.insert(point, 1, '0');
  return Decimal::parse(digits);
}

// The sign in front of "<0.01"; empty when there is none.
std::string_view comparator_of(std::string_view text) {
  for (const std::string_view sign : {"<="sv, ">="sv, "<"sv, ">"sv})
    if (text.starts_with(sign)) return sign;
  return {};
}

void take_number(std::string_view text, Observation& out) {
  const std::string_view sign = comparator_of(text);
  out.number = parse_number(text.substr(sign.size()));
  if (out.number) out.comparator = sign;
}

// SN: comparator, number, separator, number: "^182", ">^40", "^1^:^128".
bool take_structured(const Message& message, std::string_view field, Observation& out) {
  const auto part = [&](std::size_t number) {
    return word(message, message.header().component(field, number));
  };
  const std::string sign = part(1) == "=" ? std::string() : part(1);
  const bool plain = part(3).empty() && part(4).empty();
  if (plain && (sign.empty() || comparator_of(sign) == sign)) {
    out.number = parse_number(part(2));
    out.comparator = out.number ? sign : std::string();
  }
  out.text = sign + part(2) + part(3) + part(4);
  return !says_nothing(out.text);
}

// OBX-5 by OBX-2. False when there is no value that a reading can hold.
bool take_value(const Message& message, const Segment& obx, Observation& out) {
  const std::string_view type = obx.field(2);
  const std::string_view field = obx.field(5);
  if (says_nothing(field)) return false;
  // Two values and one name: which of them is meant, nobody knows.
  if (field.find(message.header().delimiters.repetition) != std::string_view::npos) return false;
  if (type == "SN") return take_structured(message, field, out);
  const bool plain = type == "NM" || type == "ST";
  if (!plain && type != "CWE" && type != "CE" && type != "CNE" && type != "IS" && type != "ID")
    return false;
  out.text = message.text_of(field);
  if (plain) take_number(out.text, out);
  return !says_nothing(out.text);
}

// OBX-8, with repeats.
void take_abnormal(const Message& message, std::string_view field, Observation& out) {
  const char separator = message.header().delimiters.repetition;
  for (std::size_t i = 1; i <= kAbnormalMax; ++i) {
    const std::string_view flag = piece(field, separator, i);
    std::string name = word(message, message.header().component(flag, 1));
    if (!says_nothing(name)) out.abnormal.push_back(std::move(name));
  }
}

class Collector {
 public:
  explicit Collector(const Message& message)
      : message_(message), zone_(zone_of(time_in(message.header().segment.field(7)))) {}

  void take(const Segment& segment) {
    if (segment.name() == "OBR") {
      ++order_;
      order_time_ = time_in(segment.field(7));
    } else if (segment.name() == "OBX") {
      Observation observation;
      if (take(segment, observation))
        found_.usable.push_back(std::move(observation));
      else
        ++found_.unusable;
    }
  }

  Observations found() { return std::move(found_); }

 private:
  bool take(const Segment& obx, Observation& out) const {
    out.type = obx.field(2).substr(0, kWordBytesMax);
    out.status = word(message_, obx.field(11));
    const bool usable = out.status.empty() || (out.status.size() == 1 &&
                                               kUsableStatus.find(out.status) != out.status.npos);
    if (!usable || !take_code(message_, obx.field(3), out) || !take_value(message_, obx, out))
      return false;
    take_unit(message_, obx.field(6), out);
    take_abnormal(message_, obx.field(8), out);
    const std::string_view own = time_in(obx.field(14));
    const std::string_view time = own.empty() ? order_time_ : own;
    out.time_text = word(message_, time);
    out.time = point_in_time(time, zone_);
    out.order = order_;
    out.segment = obx.text();
    return true;
  }

  [[nodiscard]] std::string_view time_in(std::string_view field) const {
    if (says_nothing(field)) return {};
    return trim(message_.header().component(field, 1));
  }

  const Message& message_;
  const std::optional<std::chrono::minutes> zone_;  // of all stamps that name none
  std::size_t order_ = 0;
  std::string_view order_time_;
  Observations found_;
};

}  // namespace

Observations observations(const Message& message) {
  Collector collector(message);
  for (const Segment& segment : message.segments()) collector.take(segment);
  return collector.found();
}

}  // namespace vitalgate::bridge::hl7
