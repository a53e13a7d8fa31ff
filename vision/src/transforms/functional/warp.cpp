// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/functional/warp.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/shape.h"
#include "hearth/ops/view.h"

#include "transforms/grid_transform.h"
#include "transforms/items.h"
#include "transforms/warp_kernels.h"
#include "transforms/warp_rows.h"

namespace hearth::vision::transforms::functional {
namespace {

/// The upper two rows of a map of the plane.
using Matrix = std::array<double, 6>;

/// From the image to the result, or, `inverted`, back; `center` and all else in pixels.
Matrix matrix_of(const AffineMap& map, Point center, bool inverted) {
  HEARTH_CHECK_AS(ValueError, map.scale > 0, "[affine] expected a positive scale, got ", map.scale);
  const auto radians = [](double degrees) { return degrees * (std::numbers::pi / 180); };
  const double angle = radians(map.angle);
  const double shear_x = radians(map.shear.first), shear_y = radians(map.shear.second);
  const auto [cx, cy] = center;
  const double to_x = cx + map.translate.first, to_y = cy + map.translate.second;
  const double a = std::cos(angle - shear_y) / std::cos(shear_y);
  const double b = -(a * std::tan(shear_x) + std::sin(angle));
  const double c = std::sin(angle - shear_y) / std::cos(shear_y);
  const double d = std::cos(angle) - c * std::tan(shear_x);
  if (inverted) {
    Matrix m{d / map.scale, -b / map.scale, 0, -c / map.scale, a / map.scale, 0};
    m[2] += cx - m[0] * to_x - m[1] * to_y;
    m[5] += cy - m[3] * to_x - m[4] * to_y;
    return m;
  }
  Matrix m{a * map.scale, b * map.scale, 0, c * map.scale, d * map.scale, 0};
  m[2] += to_x - m[0] * cx - m[1] * cy;
  m[5] += to_y - m[3] * cx - m[4] * cy;
  return m;
}

/// Rows of a matrix as columns: [3, 2].
Tensor columns_of(const double* rows, const TensorOptions& type) {
  Tensor t = empty({2, 3}, kDouble);
  std::copy_n(rows, 6, t.data_ptr<double>());
  return t.to(type).t();
}

Size size_of(const Tensor& image) { return {image.size(-2), image.size(-1)}; }
Point middle_of(Size size) {
  return {static_cast<double>(size.width) * 0.5, static_cast<double>(size.height) * 0.5};
}

/// Where each pixel of a result of `to` is read in an image of `from`; the map is around middles.
Tensor affine_places(const Matrix& map, Size from, Size to, const TensorOptions& type) {
  const auto half = [](int64_t n) { return (static_cast<double>(n) - 1) * 0.5; };
  const Tensor grid =
      pixel_grid(to, -half(to.width), half(to.width), -half(to.height), half(to.height), type);
  Tensor scale = empty({2}, kDouble);
  scale.data_ptr<double>()[0] = 0.5 * static_cast<double>(from.width);
  scale.data_ptr<double>()[1] = 0.5 * static_cast<double>(from.height);
  const Tensor theta = columns_of(map.data(), type).div(scale.to(type));
  return matmul(grid.reshape({-1, 3}), theta).reshape({1, to.height, to.width, 2});
}

/// The map around the image's middle, as pixels' places are computed.
Matrix around_middle(const AffineMap& map, Size size) {
  Point center{0, 0};
  if (map.center) {
    const Point middle = middle_of(size);
    center = {map.center->first - middle.first, map.center->second - middle.second};
  }
  return matrix_of(map, center, true);
}

/// Two rows of factors, in units of half an image.
void scale_rows(const double* rows, Size size, PlaneRead& read) {
  const auto half_width = static_cast<float>(0.5 * static_cast<double>(size.width)),
             half_height = static_cast<float>(0.5 * static_cast<double>(size.height));
  for (size_t i = 0; i < 3; ++i) {
    read.x[i] = static_cast<float>(rows[i]) / half_width;
    read.y[i] = static_cast<float>(rows[i + 3]) / half_height;
  }
}

RowPlaces rows_of(const PlaneRead& read, Size to) {
  const auto n = static_cast<int32_t>(to.width);
  return [read, n](int32_t row, float* x, float* y) { warp_kernels().places(read, row, n, x, y); };
}

/// The image read through the map, as a result of size `to`.
Tensor mapped(const Tensor& image, const Matrix& map, Size to, InterpolationMode interpolation,
              const Fill& fill, const char* who) {
  const Size size = size_of(image);
  if (warps_by_rows(image, to)) {
    const auto first = [](int64_t n) { return static_cast<float>(n - 1) * -0.5f; };
    PlaneRead read{.first_x = first(to.width), .first_y = first(to.height)};
    scale_rows(map.data(), size, read);
    return warp_rows(image, to, rows_of(read, to), interpolation, fill, who);
  }
  const TensorOptions type = image.options().dtype(grid_type(image));
  return apply_grid(image, affine_places(map, size, to, type), interpolation, fill, who);
}

/// How large the turned image is.
Size expanded(const Matrix& map, Size size) {
  const auto half_w = static_cast<float>(size.width) * 0.5f;
  const auto half_h = static_cast<float>(size.height) * 0.5f;
  float low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
  for (const auto& [x, y] : {std::pair{-half_w, -half_h}, std::pair{-half_w, half_h},
                             std::pair{half_w, half_h}, std::pair{half_w, -half_h}}) {
    for (size_t i = 0; i < 2; ++i) {
      const auto at = static_cast<float>(map[3 * i]) * x + static_cast<float>(map[3 * i + 1]) * y +
                      static_cast<float>(map[3 * i + 2]);
      low[i] = std::min(low[i], at);
      high[i] = std::max(high[i], at);
    }
  }
  // To 1e-4, so that no rounding error makes a pixel of its own.
  const auto coarse = [](float v) { return std::trunc(v * 10000.0f) * 1e-4f; };
  const auto extent = [&](size_t i, float half) {
    return static_cast<int64_t>(std::ceil(coarse(high[i] + half)) -
                                std::floor(coarse(low[i] + half)));
  };
  return {extent(1, half_h), extent(0, half_w)};
}

Tensor with_ones(const Tensor& points) {
  return cat({points, ones({points.size(0), 1}, points.options())}, -1);
}

/// Points [N, 2] moved by the map; with `expand`, so that the canvas begins at 0, and its new size.
Tensor moved(const Tensor& points, const AffineMap& map, bool expand, Size& canvas) {
  const Point center = map.center.value_or(middle_of(canvas));
  const Matrix forward = matrix_of(map, center, false);
  const Tensor columns = columns_of(forward.data(), points.options());
  Tensor out = matmul(with_ones(points), columns);
  if (!expand) return out;
  const auto w = static_cast<double>(canvas.width), h = static_cast<double>(canvas.height);
  Tensor corners = empty({4, 2}, kDouble);
  const double values[8] = {0, 0, 0, h, w, h, w, 0};
  std::copy_n(values, 8, corners.data_ptr<double>());
  const Tensor framed = matmul(with_ones(corners.to(points.options())), columns);
  out = out.sub(framed.amin({0}, true));
  canvas = expanded(around_middle(map, canvas), canvas);
  return out;
}

BoundingBoxes moved(const BoundingBoxes& boxes, const AffineMap& map, bool expand) {
  if (boxes.data.numel() == 0) return boxes;
  Size canvas = boxes.canvas;
  const Tensor corners = moved(box_corners(boxes), map, expand, canvas);
  return boxes_around(corners, boxes, canvas);
}

KeyPoints moved(const KeyPoints& points, const AffineMap& map, bool expand) {
  if (points.data.numel() == 0) return points;
  Size canvas = points.canvas;
  const ScalarType dtype = points.data.scalar_type();
  const Tensor flat = points.data.reshape({-1, 2});
  const Tensor out = moved(is_floating_point(dtype) ? flat : flat.to(kFloat), map, expand, canvas);
  return {out.reshape(points.data.sizes()).to(dtype), canvas};
}

/// torchvision's angles of rotation and of affine maps go opposite ways.
AffineMap turned(double angle, std::optional<Point> center) {
  AffineMap map;
  map.angle = -angle;
  map.center = center;
  return map;
}

/// Points [N, 2] of the image at their places in the result.
Tensor projected(const Tensor& points, const PerspectiveCoefficients& k) {
  const double determinant = k[0] * k[4] - k[1] * k[3];
  HEARTH_CHECK_AS(ValueError, determinant != 0,
                  "[perspective] these coefficients cannot be inverted, for boxes and points");
  const double rows[6] = {
      (k[4] - k[5] * k[7]) / determinant,        (-k[1] + k[2] * k[7]) / determinant,
      (k[1] * k[5] - k[2] * k[4]) / determinant, (-k[3] + k[5] * k[6]) / determinant,
      (k[0] - k[2] * k[6]) / determinant,        (-k[0] * k[5] + k[2] * k[3]) / determinant};
  const double g = (-k[4] * k[6] + k[3] * k[7]) / determinant;
  const double h = (-k[0] * k[7] + k[1] * k[6]) / determinant;
  const double below[6] = {g, h, 1, g, h, 1};
  const Tensor all = with_ones(points);
  return matmul(all, columns_of(rows, points.options()))
      .div(matmul(all, columns_of(below, points.options())));
}

void check_displacement(const Tensor& displacement, Size size) {
  HEARTH_CHECK_AS(ShapeError,
                  displacement.defined() && displacement.dim() == 4 && displacement.size(0) == 1 &&
                      displacement.size(1) == size.height && displacement.size(2) == size.width &&
                      displacement.size(3) == 2,
                  "[elastic] expected a displacement [1, ", size.height, ", ", size.width,
                  ", 2], got ",
                  displacement.defined() ? cat_str("shape ", displacement.sizes()) : "nothing");
}

/// Every pixel's own place, [1, H, W, 2].
Tensor own_places(Size size, const TensorOptions& type) {
  const auto end = [](int64_t n) { return (static_cast<double>(n) - 1) / static_cast<double>(n); };
  return pixel_grid(size, -end(size.width), end(size.width), -end(size.height), end(size.height),
                    type)
      .narrow(-1, 0, 2);
}

/// Points [N, 2], rounded to pixels, moved the other way; not exactly the inverse.
Tensor bent_back(const Tensor& points, Size canvas, const Tensor& displacement,
                 const TensorOptions& type) {
  const Tensor inverse = own_places(canvas, type).sub(displacement.to(type)).reshape({-1, 2});
  const Tensor whole = points.to(kLong);
  const Tensor x = whole.select(-1, 0).clamp(0, canvas.width - 1);
  const Tensor y = whole.select(-1, 1).clamp(0, canvas.height - 1);
  const Tensor read = inverse.index_select(0, y.mul(canvas.width).add(x));
  Tensor size = empty({2}, kDouble);
  size.data_ptr<double>()[0] = static_cast<double>(canvas.width);
  size.data_ptr<double>()[1] = static_cast<double>(canvas.height);
  return read.add(1).mul(size.to(type).mul(0.5)).sub(0.5);
}

}  // namespace

Tensor affine(const Tensor& image, const AffineMap& map, InterpolationMode interpolation,
              const Fill& fill) {
  check_pixels(image, "affine");
  const Size size = size_of(image);
  return mapped(image, around_middle(map, size), size, interpolation, fill, "affine");
}
Image affine(const Image& image, const AffineMap& map, InterpolationMode interpolation,
             const Fill& fill) {
  return {affine(image.data, map, interpolation, fill)};
}
Mask affine(const Mask& mask, const AffineMap& map, InterpolationMode, const Fill& fill) {
  return through_image(mask, [&](const Tensor& image) {
    return affine(image, map, InterpolationMode::Nearest, fill);
  });
}
BoundingBoxes affine(const BoundingBoxes& boxes, const AffineMap& map, InterpolationMode,
                     const Fill&) {
  return moved(boxes, map, false);
}
KeyPoints affine(const KeyPoints& points, const AffineMap& map, InterpolationMode, const Fill&) {
  return moved(points, map, false);
}

Tensor rotate(const Tensor& image, double angle, InterpolationMode interpolation, bool expand,
              std::optional<Point> center, const Fill& fill) {
  check_pixels(image, "rotate");
  const Size size = size_of(image);
  double within = std::fmod(angle, 360);
  if (within < 0) within += 360;
  if (!center) {
    if (within == 0) return image.clone();
    if (within == 180) return image.rot90(2, {-2, -1});
    if (expand || size.height == size.width) {
      if (within == 90) return image.rot90(1, {-2, -1});
      if (within == 270) return image.rot90(3, {-2, -1});
    }
  }
  const Matrix matrix = around_middle(turned(within, center), size);
  const Size to = expand ? expanded(matrix, size) : size;
  return mapped(image, matrix, to, interpolation, fill, "rotate");
}
Image rotate(const Image& image, double angle, InterpolationMode interpolation, bool expand,
             std::optional<Point> center, const Fill& fill) {
  return {rotate(image.data, angle, interpolation, expand, center, fill)};
}
Mask rotate(const Mask& mask, double angle, InterpolationMode, bool expand,
            std::optional<Point> center, const Fill& fill) {
  return through_image(mask, [&](const Tensor& image) {
    return rotate(image, angle, InterpolationMode::Nearest, expand, center, fill);
  });
}
BoundingBoxes rotate(const BoundingBoxes& boxes, double angle, InterpolationMode, bool expand,
                     std::optional<Point> center, const Fill&) {
  return moved(boxes, turned(angle, center), expand);
}
KeyPoints rotate(const KeyPoints& points, double angle, InterpolationMode, bool expand,
                 std::optional<Point> center, const Fill&) {
  return moved(points, turned(angle, center), expand);
}

PerspectiveCoefficients perspective_coefficients(const std::array<Point, 4>& from,
                                                 const std::array<Point, 4>& to) {
  // Eight equations, solved by elimination with the largest pivots.
  double rows[8][9];
  for (size_t i = 0; i < 4; ++i) {
    const auto [x, y] = to[i];
    const auto [u, v] = from[i];
    const double first[9] = {x, y, 1, 0, 0, 0, -u * x, -u * y, u};
    const double second[9] = {0, 0, 0, x, y, 1, -v * x, -v * y, v};
    std::copy_n(first, 9, rows[2 * i]);
    std::copy_n(second, 9, rows[2 * i + 1]);
  }
  for (size_t k = 0; k < 8; ++k) {
    size_t pivot = k;
    for (size_t i = k + 1; i < 8; ++i)
      if (std::abs(rows[i][k]) > std::abs(rows[pivot][k])) pivot = i;
    HEARTH_CHECK_AS(ValueError, std::abs(rows[pivot][k]) > 1e-12,
                    "[perspective] expected four points, no three of them on a line");
    std::swap_ranges(rows[k], rows[k] + 9, rows[pivot]);
    for (size_t i = 0; i < 8; ++i) {
      if (i == k) continue;
      const double factor = rows[i][k] / rows[k][k];
      for (size_t j = k; j < 9; ++j) rows[i][j] -= factor * rows[k][j];
    }
  }
  PerspectiveCoefficients all;
  // Of float's precision, as torchvision's.
  for (size_t i = 0; i < 8; ++i) all[i] = static_cast<float>(rows[i][8] / rows[i][i]);
  return all;
}

Tensor perspective(const Tensor& image, const PerspectiveCoefficients& k,
                   InterpolationMode interpolation, const Fill& fill) {
  check_pixels(image, "perspective");
  const Size size = size_of(image);
  if (warps_by_rows(image, size)) {
    PlaneRead read{.first_x = 0.5f, .first_y = 0.5f, .projective = true};
    scale_rows(k.data(), size, read);
    read.w[0] = static_cast<float>(k[6]);
    read.w[1] = static_cast<float>(k[7]);
    read.w[2] = 1;
    return warp_rows(image, size, rows_of(read, size), interpolation, fill, "perspective");
  }
  const TensorOptions type = image.options().dtype(grid_type(image));
  const auto last = [](int64_t n) { return static_cast<double>(n) - 0.5; };
  const Tensor grid =
      pixel_grid(size, 0.5, last(size.width), 0.5, last(size.height), type).reshape({-1, 3});
  Tensor scale = empty({2}, kDouble);
  scale.data_ptr<double>()[0] = 0.5 * static_cast<double>(size.width);
  scale.data_ptr<double>()[1] = 0.5 * static_cast<double>(size.height);
  const double below[6] = {k[6], k[7], 1, k[6], k[7], 1};
  const Tensor above = columns_of(k.data(), type).div(scale.to(type));
  const Tensor places = matmul(grid, above).div(matmul(grid, columns_of(below, type))).sub(1);
  return apply_grid(image, places.reshape({1, size.height, size.width, 2}), interpolation, fill,
                    "perspective");
}
Image perspective(const Image& image, const PerspectiveCoefficients& coefficients,
                  InterpolationMode interpolation, const Fill& fill) {
  return {perspective(image.data, coefficients, interpolation, fill)};
}
Mask perspective(const Mask& mask, const PerspectiveCoefficients& coefficients, InterpolationMode,
                 const Fill& fill) {
  return through_image(mask, [&](const Tensor& image) {
    return perspective(image, coefficients, InterpolationMode::Nearest, fill);
  });
}
BoundingBoxes perspective(const BoundingBoxes& boxes, const PerspectiveCoefficients& coefficients,
                          InterpolationMode, const Fill&) {
  if (boxes.data.numel() == 0) return boxes;
  const Tensor corners = box_corners(boxes, WholeBoxes::StayWhole);
  return boxes_around(projected(corners, coefficients), boxes, boxes.canvas);
}
KeyPoints perspective(const KeyPoints& points, const PerspectiveCoefficients& coefficients,
                      InterpolationMode, const Fill&) {
  if (points.data.numel() == 0) return points;
  const ScalarType dtype = points.data.scalar_type();
  const Tensor flat = points.data.reshape({-1, 2});
  const Tensor out = projected(is_floating_point(dtype) ? flat : flat.to(kFloat), coefficients);
  return {out.reshape(points.data.sizes()).to(dtype), points.canvas};
}

Tensor elastic(const Tensor& image, const Tensor& displacement, InterpolationMode interpolation,
               const Fill& fill) {
  check_pixels(image, "elastic");
  const Size size = size_of(image);
  check_displacement(displacement, size);
  const TensorOptions type = image.options().dtype(grid_type(image));
  if (warps_by_rows(image, size) && !displacement.requires_grad()) {
    const auto line = [&](int64_t n) {
      const double end = (static_cast<double>(n) - 1) / static_cast<double>(n);
      return linspace(-end, end, n, type);
    };
    const Tensor xs = line(size.width), ys = line(size.height);
    const Tensor moves = displacement.to(type).contiguous();
    const auto places = [&](int32_t row, float* x, float* y) {
      const float* own = xs.const_data_ptr<float>();
      const float own_y = ys.const_data_ptr<float>()[row];
      const float* by = moves.const_data_ptr<float>() + int64_t{row} * size.width * 2;
      for (int64_t i = 0; i < size.width; ++i, by += 2) {
        x[i] = own[i] + by[0];
        y[i] = own_y + by[1];
      }
    };
    return warp_rows(image, size, places, interpolation, fill, "elastic");
  }
  const Tensor places = own_places(size, type).add(displacement.to(type));
  return apply_grid(image, places, interpolation, fill, "elastic");
}
Image elastic(const Image& image, const Tensor& displacement, InterpolationMode interpolation,
              const Fill& fill) {
  return {elastic(image.data, displacement, interpolation, fill)};
}
Mask elastic(const Mask& mask, const Tensor& displacement, InterpolationMode, const Fill& fill) {
  return through_image(mask, [&](const Tensor& image) {
    return elastic(image, displacement, InterpolationMode::Nearest, fill);
  });
}
BoundingBoxes elastic(const BoundingBoxes& boxes, const Tensor& displacement, InterpolationMode,
                      const Fill&) {
  check_displacement(displacement, boxes.canvas);
  if (boxes.data.numel() == 0) return boxes;
  const Tensor corners = box_corners(boxes, WholeBoxes::StayWhole);
  return boxes_around(bent_back(corners.ceil(), boxes.canvas, displacement, corners.options()),
                      boxes, boxes.canvas, WholeBoxes::StayWhole);
}
KeyPoints elastic(const KeyPoints& points, const Tensor& displacement, InterpolationMode,
                  const Fill&) {
  check_displacement(displacement, points.canvas);
  if (points.data.numel() == 0) return points;
  const ScalarType dtype = points.data.scalar_type();
  const TensorOptions type =
      points.data.options().dtype(is_floating_point(dtype) ? dtype : ScalarType(kFloat));
  const Tensor out = bent_back(points.data.reshape({-1, 2}), points.canvas, displacement, type);
  return {out.reshape(points.data.sizes()).to(dtype), points.canvas};
}

}  // namespace hearth::vision::transforms::functional
