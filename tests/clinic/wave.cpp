#include "tests/clinic/wave.h"

#include <array>

namespace vitalgate::clinic {
namespace {

constexpr std::array kEcgPoints{Point{0, 0},     Point{60, 90},    Point{110, 0},    Point{150, 0},
                                Point{165, -90}, Point{190, 1000}, Point{215, -150}, Point{240, 0},
                                Point{380, 30},  Point{470, 200},  Point{540, 20},   Point{600, 0}};
constexpr std::array kPlethPoints{Point{0, 0},     Point{90, 700},  Point{150, 1000},
                                  Point{240, 920}, Point{360, 560}, Point{420, 620},
                                  Point{560, 400}, Point{800, 120}};
constexpr std::array kPressurePoints{Point{0, 0},     Point{80, 850},  Point{120, 1000},
                                     Point{220, 840}, Point{330, 520}, Point{360, 580},
                                     Point{500, 360}, Point{780, 110}};
constexpr std::array kBreathPoints{Point{0, 0},      Point{150, 520}, Point{300, 930},
                                   Point{380, 1000}, Point{460, 930}, Point{620, 420},
                                   Point{780, 110}};

// Straight lines between the points, and from the last one back to the first.
int level_at(std::span<const Point> shape, int at) {
  Point left = shape.front();
  for (const Point& right : shape) {
    if (right.at > at) {
      return left.level + (right.level - left.level) * (at - left.at) / (right.at - left.at);
    }
    left = right;
  }
  return left.level + (shape.front().level - left.level) * (at - left.at) / (1000 - left.at);
}

}  // namespace

namespace shape {
const std::span<const Point> kEcg = kEcgPoints;
const std::span<const Point> kPleth = kPlethPoints;
const std::span<const Point> kPressure = kPressurePoints;
const std::span<const Point> kBreath = kBreathPoints;
}  // namespace shape

int Wave::next(int per_minute) {
  const std::int64_t cycle = std::int64_t{60'000} * samples_per_second_;
  const auto at = static_cast<int>(phase_ * 1000 / cycle);
  phase_ = (phase_ + std::int64_t{1000} * per_minute) % cycle;
  return level_at(shape_, at);
}

}  // namespace vitalgate::clinic
