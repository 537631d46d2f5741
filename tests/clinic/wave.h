// Wave shapes as a monitor draws them, from whole numbers only: the same bytes on every machine.
#pragma once

#include <cstdint>
#include <span>

namespace vitalgate::clinic {

struct Point {
  int at = 0;     // 0..999, thousandths of a cycle
  int level = 0;  // 0..1000 for most shapes
};

namespace shape {
extern const std::span<const Point> kEcg;       // P wave, QRS complex, T wave; -150..1000
extern const std::span<const Point> kPleth;     // steep rise, notch, slow fall
extern const std::span<const Point> kPressure;  // an arterial line
extern const std::span<const Point> kBreath;
}  // namespace shape

// Runs through a shape again and again, `per_minute` times a minute at `samples_per_second`.
class Wave {
 public:
  Wave(std::span<const Point> shape, int samples_per_second)
      : shape_(shape), samples_per_second_(samples_per_second) {}

  // The next sample, in thousandths of full height.
  int next(int per_minute);

 private:
  std::span<const Point> shape_;
  int samples_per_second_;
  std::int64_t phase_ = 0;  // in 1 / (60,000 * samples_per_second) of a cycle
};

}  // namespace vitalgate::clinic
