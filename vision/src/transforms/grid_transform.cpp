// SPDX-License-Identifier: Apache-2.0
#include "transforms/grid_transform.h"

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/grid_sampler.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/shape.h"
#include "hearth/ops/view.h"
#include "hearth/vision/transforms/functional/boxes.h"

#include "transforms/describe.h"
#include "transforms/items.h"

namespace hearth::vision::transforms {

ScalarType grid_type(const Tensor& image) {
  return image.scalar_type() == kDouble ? kDouble : kFloat;
}

Tensor pixel_grid(Size size, double x0, double x1, double y0, double y1,
                  const TensorOptions& type) {
  const Tensor grid = ones({1, size.height, size.width, 3}, type);
  grid.select(-1, 0).copy_(linspace(x0, x1, size.width, type));
  grid.select(-1, 1).copy_(linspace(y0, y1, size.height, type).unsqueeze(-1));
  return grid;
}

void check_warp(const Tensor& image, InterpolationMode mode, const Fill& fill, const char* who) {
  check_pixels(image, who);
  const bool nearest = mode == InterpolationMode::Nearest;
  HEARTH_CHECK_AS(ValueError, nearest || mode == InterpolationMode::Bilinear, "[", who,
                  "] expected the interpolation nearest or bilinear, got ", text_of(mode));
  const int64_t channels = image.size(-3);
  HEARTH_CHECK_AS(ValueError, fill.size() <= 1 || static_cast<int64_t>(fill.size()) == channels,
                  "[", who, "] expected one fill or one for each of ", channels, " channels, got ",
                  fill.size());
}

Tensor apply_grid(const Tensor& image, const Tensor& grid, InterpolationMode mode, const Fill& fill,
                  const char* who) {
  check_warp(image, mode, fill, who);
  const bool nearest = mode == InterpolationMode::Nearest;
  const int64_t channels = image.size(-3);
  std::vector<int64_t> sizes(image.sizes().begin(), image.sizes().end());
  sizes[sizes.size() - 2] = grid.size(1);
  sizes[sizes.size() - 1] = grid.size(2);
  if (image.numel() == 0) return image.new_zeros(sizes);
  const ScalarType dtype = image.scalar_type();
  Tensor x = image.reshape({-1, channels, image.size(-2), image.size(-1)}).to(grid.scalar_type());
  const int64_t n = x.size(0);
  // What came from the image, for the fill.
  if (!fill.empty()) x = cat({x, ones({n, 1, x.size(2), x.size(3)}, x.options())}, 1);
  const Tensor places = grid.expand({n, grid.size(1), grid.size(2), 2});
  x = grid_sampler(x, places, nearest ? 1 : 0, 0, false);
  if (!fill.empty()) {
    const Tensor share = x.narrow(1, channels, 1);
    x = x.narrow(1, 0, channels);
    Tensor values = empty({1, static_cast<int64_t>(fill.size()), 1, 1}, kDouble);
    std::copy(fill.begin(), fill.end(), values.data_ptr<double>());
    values = values.to(x.options());
    x = nearest ? where(share.lt(0.5), values, x) : x.sub(values).mul(share).add(values);
  }
  if (!is_floating_point(dtype)) x = x.round();
  return x.to(dtype).reshape(sizes);
}

Tensor box_corners(const BoundingBoxes& boxes, WholeBoxes whole) {
  const auto in_floats = [](const Tensor& t) {
    return is_floating_point(t.scalar_type()) ? t : t.to(kFloat);
  };
  BoundingBoxes numbers = boxes;
  if (whole == WholeBoxes::AreFloats) numbers.data = in_floats(boxes.data);
  const Tensor data =
      in_floats(functional::convert_bounding_box_format(numbers, BoundingBoxFormat::XYXY).data)
          .reshape({-1, 4});
  const auto column = [&](int64_t i) { return data.select(-1, i); };
  const Tensor points = stack(
      {column(0), column(1), column(2), column(1), column(2), column(3), column(0), column(3)}, -1);
  return points.reshape({-1, 2});
}

BoundingBoxes boxes_around(const Tensor& corners, const BoundingBoxes& like, Size canvas,
                           WholeBoxes whole) {
  const Tensor points = corners.reshape({-1, 4, 2});
  Tensor data = cat({points.amin({1}), points.amax({1})}, -1);
  if (whole == WholeBoxes::StayWhole) data = data.to(like.data.scalar_type());
  BoundingBoxes boxes = functional::clamp_bounding_boxes({data, BoundingBoxFormat::XYXY, canvas});
  boxes = functional::convert_bounding_box_format(boxes, like.format);
  boxes.data = boxes.data.reshape(like.data.sizes()).to(like.data.scalar_type());
  return boxes;
}

}  // namespace hearth::vision::transforms
