// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/functional/boxes.h"

#include "hearth/base/error.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/shape.h"
#include "hearth/ops/view.h"

namespace hearth::vision::transforms::functional {
namespace {

void check_boxes(const Tensor& data) {
  HEARTH_CHECK_AS(ShapeError, data.defined() && data.dim() >= 1 && data.size(-1) == 4,
                  "[BoundingBoxes] expected boxes [..., 4], got ",
                  data.defined() ? cat_str("shape ", data.sizes()) : std::string("nothing"));
}

/// Of integers rounded down.
Tensor half(const Tensor& x) {
  return is_floating_point(x.scalar_type()) ? x.div(2) : x.div(2, "floor");
}
Tensor as_corners(const Tensor& data, BoundingBoxFormat format) {
  const Tensor a = data.narrow(-1, 0, 2), b = data.narrow(-1, 2, 2);
  if (format == BoundingBoxFormat::XYXY) return data;
  if (format == BoundingBoxFormat::XYWH) return cat({a, a.add(b)}, -1);
  // Integers by way of floats, whose fractions are cut off.
  const ScalarType dtype = data.scalar_type();
  const Tensor size = is_floating_point(dtype) ? b : b.to(kFloat);
  const Tensor low = a.sub(size.div(2));
  return cat({low, low.add(size)}, -1).to(dtype);
}

Tensor from_corners(const Tensor& corners, BoundingBoxFormat format) {
  if (format == BoundingBoxFormat::XYXY) return corners;
  const Tensor low = corners.narrow(-1, 0, 2), size = corners.narrow(-1, 2, 2).sub(low);
  if (format == BoundingBoxFormat::XYWH) return cat({low, size}, -1);
  return cat({half(low.mul(2).add(size)), size}, -1);
}

}  // namespace

BoundingBoxes convert_bounding_box_format(const BoundingBoxes& boxes, BoundingBoxFormat format) {
  check_boxes(boxes.data);
  if (format == boxes.format) return boxes;
  if (boxes.format == BoundingBoxFormat::XYWH && format == BoundingBoxFormat::CXCYWH) {
    const Tensor low = boxes.data.narrow(-1, 0, 2), size = boxes.data.narrow(-1, 2, 2);
    return {cat({low.add(half(size)), size}, -1), format, boxes.canvas};
  }
  return {from_corners(as_corners(boxes.data, boxes.format), format), format, boxes.canvas};
}

BoundingBoxes clamp_bounding_boxes(const BoundingBoxes& boxes) {
  check_boxes(boxes.data);
  const ScalarType dtype = boxes.data.scalar_type();
  const Tensor numbers = is_floating_point(dtype) ? boxes.data : boxes.data.to(kFloat);
  const Tensor corners = as_corners(numbers, boxes.format);
  std::vector<Tensor> clamped;
  for (int64_t i = 0; i < 4; ++i)
    clamped.push_back(
        corners.select(-1, i).clamp(0, i % 2 ? boxes.canvas.height : boxes.canvas.width));
  return {from_corners(stack(clamped, -1), boxes.format).to(dtype), boxes.format, boxes.canvas};
}

std::pair<BoundingBoxes, Tensor> sanitize_bounding_boxes(const BoundingBoxes& boxes,
                                                         double min_size, double min_area) {
  check_boxes(boxes.data);
  HEARTH_CHECK_AS(ShapeError, boxes.data.dim() == 2,
                  "[sanitize_bounding_boxes] expected boxes [N, 4], got shape ",
                  boxes.data.sizes());
  const Tensor corners = as_corners(boxes.data, boxes.format);
  const auto column = [&](int64_t i) { return corners.select(-1, i); };
  const Tensor w = column(2).sub(column(0)), h = column(3).sub(column(1));
  const Tensor large =
      w.ge(min_size).logical_and(h.ge(min_size)).logical_and(w.mul(h).ge(min_area));
  Tensor valid = large.logical_and(corners.ge(0).all(-1));
  for (int64_t i = 0; i < 4; ++i)
    valid = valid.logical_and(column(i).le(i % 2 ? boxes.canvas.height : boxes.canvas.width));
  const Tensor kept = boxes.data.index_select(0, valid.nonzero().squeeze(1));
  return {{kept, boxes.format, boxes.canvas}, valid};
}

}  // namespace hearth::vision::transforms::functional
