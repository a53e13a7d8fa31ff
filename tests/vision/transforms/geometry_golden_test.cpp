// SPDX-License-Identifier: Apache-2.0
// Geometry with given parameters against torchvision's: tests/golden/cases_vision_geometry.py.
#include <array>

#include "hearth/tensor/tensor_literal.h"
#include "hearth/vision/transforms/functional/boxes.h"
#include "hearth/vision/transforms/functional/crop.h"
#include "hearth/vision/transforms/functional/flip.h"
#include "hearth/vision/transforms/functional/pad.h"
#include "hearth/vision/transforms/functional/warp.h"

#include "core/golden/runner.h"
#include "transforms/describe.h"

namespace hearth::golden {
namespace {

namespace V = vision;
namespace T = vision::transforms;
namespace F = vision::transforms::functional;

constexpr V::Size kCanvas{19, 23};

template <class Enum>
Enum by_name(const std::string& name, Enum last) {
  for (int8_t i = 0; i <= static_cast<int8_t>(last); ++i)
    if (T::text_of(static_cast<Enum>(i)) == name) return static_cast<Enum>(i);
  throw ValueError("[golden] nothing is called " + name);
}

V::BoundingBoxFormat format_of(Args& a, const char* name) {
  return by_name(a.s(name), V::BoundingBoxFormat::CXCYWH);
}
V::BoundingBoxes boxes_of(Args& a) { return {a[0], format_of(a, "form"), kCanvas}; }

Tensor canvas_of(V::Size size) { return hearth::tensor({size.height, size.width}); }

/// f of the first input as what the case says that it is.
template <class Function>
Outputs geometry(Args& a, const Function& f) {
  const std::string kind = a.has("kind") ? a.s("kind") : "image";
  if (kind == "mask") return {f(V::Mask{a[0]}).data};
  if (kind == "boxes") {
    const V::BoundingBoxes out = f(boxes_of(a));
    return {out.data, canvas_of(out.canvas)};
  }
  if (kind == "points") {
    const V::KeyPoints out = f(V::KeyPoints{a[0], kCanvas});
    return {out.data, canvas_of(out.canvas)};
  }
  return {f(V::Image{a[0]}).data};
}

T::Fill fill_of(Args& a) { return a.has("fill") ? a.floats("fill") : T::Fill(); }
T::InterpolationMode mode_of(Args& a) {
  if (!a.has("interpolation")) return T::InterpolationMode::Nearest;
  return by_name(a.s("interpolation"), T::InterpolationMode::Lanczos);
}
std::pair<double, double> two(Args& a, const char* name) {
  const std::vector<double> both = a.floats(name);
  return {both.at(0), both.at(1)};
}
std::optional<T::Point> center_of(Args& a) {
  return a.has("center") ? std::optional(two(a, "center")) : std::nullopt;
}

Outputs horizontal_flip(Args& a) {
  return geometry(a, [](const auto& x) { return F::horizontal_flip(x); });
}
Outputs vertical_flip(Args& a) {
  return geometry(a, [](const auto& x) { return F::vertical_flip(x); });
}
Outputs crop(Args& a) {
  return geometry(a, [&](const auto& x) {
    return F::crop(x, a.i("top"), a.i("left"), a.i("height"), a.i("width"));
  });
}
Outputs center_crop(Args& a) {
  const std::vector<int64_t> size = a.ints("output_size");
  return geometry(a, [&](const auto& x) { return F::center_crop(x, {size.at(0), size.at(1)}); });
}
Outputs padded(Args& a) {
  const std::vector<int64_t> p = a.ints("padding");
  const T::Padding padding = p.size() == 1   ? T::Padding(p[0])
                             : p.size() == 2 ? T::Padding(p[0], p[1])
                                             : T::Padding(p.at(0), p.at(1), p.at(2), p.at(3));
  const auto mode = a.has("padding_mode") ? by_name(a.s("padding_mode"), T::PaddingMode::Symmetric)
                                          : T::PaddingMode::Constant;
  return geometry(a, [&](const auto& x) { return F::pad(x, padding, fill_of(a), mode); });
}
Outputs affine(Args& a) {
  const T::AffineMap map{.angle = a.f("angle"),
                         .translate = two(a, "translate"),
                         .scale = a.f("scale"),
                         .shear = two(a, "shear"),
                         .center = center_of(a)};
  return geometry(a, [&](const auto& x) { return F::affine(x, map, mode_of(a), fill_of(a)); });
}
Outputs rotate(Args& a) {
  return geometry(a, [&](const auto& x) {
    return F::rotate(x, a.f("angle"), mode_of(a), a.b("expand", false), center_of(a), fill_of(a));
  });
}
std::array<T::Point, 4> corners_of(Args& a, const char* name) {
  const std::vector<double> all = a.floats(name);
  std::array<T::Point, 4> points;
  for (size_t i = 0; i < 4; ++i) points[i] = {all.at(2 * i), all.at(2 * i + 1)};
  return points;
}
Outputs perspective(Args& a) {
  const auto k = F::perspective_coefficients(corners_of(a, "start"), corners_of(a, "end"));
  return geometry(a, [&](const auto& x) { return F::perspective(x, k, mode_of(a), fill_of(a)); });
}
Outputs elastic(Args& a) {
  return geometry(a, [&](const auto& x) { return F::elastic(x, a[1], mode_of(a), fill_of(a)); });
}
Outputs coefficients(Args& a) {
  const auto k = F::perspective_coefficients(corners_of(a, "start"), corners_of(a, "end"));
  return {hearth::tensor({k[0], k[1], k[2], k[3], k[4], k[5], k[6], k[7]}).to(kDouble)};
}
Outputs convert(Args& a) {
  return {F::convert_bounding_box_format(boxes_of(a), format_of(a, "to")).data};
}
Outputs clamped(Args& a) { return {F::clamp_bounding_boxes(boxes_of(a)).data}; }
Outputs sanitize(Args& a) {
  const auto [boxes, valid] = F::sanitize_bounding_boxes(boxes_of(a), 2, 9);
  return {boxes.data, valid};
}

const Table kTable{{"horizontal_flip", horizontal_flip},
                   {"vertical_flip", vertical_flip},
                   {"crop", crop},
                   {"center_crop", center_crop},
                   {"pad", padded},
                   {"affine", affine},
                   {"rotate", rotate},
                   {"perspective", perspective},
                   {"elastic", elastic},
                   {"coefficients", coefficients},
                   {"convert", convert},
                   {"clamp", clamped},
                   {"sanitize", sanitize}};

HEARTH_GOLDEN_FAMILY(GoldenVisionGeometry, "vision_geometry", kTable);

}  // namespace
}  // namespace hearth::golden
