// SPDX-License-Identifier: Apache-2.0
// Resized images against Pillow's and torchvision's: tests/golden/cases_vision_resize.py.
#include <algorithm>

#include "hearth/tensor/tensor_literal.h"
#include "hearth/vision/transforms/functional/resize.h"

#include "core/golden/runner.h"
#include "transforms/describe.h"

namespace hearth::golden {
namespace {

namespace V = vision;
namespace T = vision::transforms;
namespace F = vision::transforms::functional;

T::InterpolationMode mode_of(Args& a) {
  if (!a.has("mode")) return T::InterpolationMode::Nearest;
  for (int8_t i = 0; i <= static_cast<int8_t>(T::InterpolationMode::Lanczos); ++i)
    if (T::text_of(static_cast<T::InterpolationMode>(i)) == a.s("mode"))
      return static_cast<T::InterpolationMode>(i);
  throw ValueError("[golden] no mode is called " + a.s("mode"));
}

V::Size size_of(Args& a, const char* name) {
  const std::vector<int64_t> size = a.ints(name);
  return {size.at(0), size.at(1)};
}

Outputs image(Args& a) {
  return {F::resize(a[0], size_of(a, "size"), mode_of(a), a.b("antialias", true))};
}
Outputs mask(Args& a) { return {F::resize(V::Mask{a[0]}, size_of(a, "size"), mode_of(a)).data}; }
Outputs boxes(Args& a) {
  const V::BoundingBoxes all{a[0], V::BoundingBoxFormat::XYXY, size_of(a, "canvas")};
  return {F::resize(all, size_of(a, "size")).data};
}
Outputs points(Args& a) {
  return {F::resize(V::KeyPoints{a[0], size_of(a, "canvas")}, size_of(a, "size")).data};
}
Outputs target(Args& a) {
  const V::Size size =
      F::resized_size(size_of(a, "image"), a.maybe_i("shorter"), a.maybe_i("longest"));
  return {hearth::tensor({size.height, size.width})};
}

const Table kTable{{"resize_bytes", image}, {"resize_numbers", image}, {"resize_mask", mask},
                   {"resize_boxes", boxes}, {"resize_points", points}, {"resize_target", target}};

HEARTH_GOLDEN_FAMILY(GoldenVisionResize, "vision_resize", kTable);

}  // namespace
}  // namespace hearth::golden
