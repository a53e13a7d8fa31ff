// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/ops/boxes.h"

#include <cmath>
#include <numbers>

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/shape.h"
#include "hearth/ops/view.h"

#include "ops/check_boxes.h"

namespace hearth::vision::ops {
namespace {

/// Wide enough for areas.
Tensor widened(const Tensor& t) {
  if (t.is_floating_point())
    return t.scalar_type() == kFloat || t.scalar_type() == kDouble ? t : t.to(kFloat);
  return t.scalar_type() == kInt || t.scalar_type() == kLong ? t : t.to(kInt);
}

Tensor halvable(const Tensor& t) { return t.is_floating_point() ? t : t.to(kFloat); }

/// The columns that begin a box (0) or end it (2).
Tensor pair(const Tensor& boxes, int64_t first) { return boxes.narrow(-1, first, 2); }
Tensor column(const Tensor& boxes, int64_t i) { return boxes.select(-1, i); }

struct Corners {
  Tensor low, high;  // [..., 2]
};

Corners corners_of(const Tensor& boxes, BoundingBoxFormat fmt) {
  if (fmt == BoundingBoxFormat::XYXY) return {pair(boxes, 0), pair(boxes, 2)};
  if (fmt == BoundingBoxFormat::XYWH) return {pair(boxes, 0), pair(boxes, 0) + pair(boxes, 2)};
  const Tensor own = halvable(boxes), half = pair(own, 2) * 0.5;
  return {pair(own, 0) - half, pair(own, 0) + half};
}

/// Of all pairs: boxes1 along rows, boxes2 along columns.
Tensor rows(const Tensor& t) { return t.unsqueeze(-2); }
Tensor columns(const Tensor& t) { return t.unsqueeze(-3); }
Tensor area_between(const Tensor& low, const Tensor& high) {
  const Tensor size = widened(high - low).clamp_min(0);
  return column(size, 0) * column(size, 1);
}

struct Overlap {
  Tensor shared, all;
};

Overlap overlap(const Tensor& boxes1, const Tensor& boxes2, BoundingBoxFormat fmt) {
  const Corners a = corners_of(boxes1, fmt), b = corners_of(boxes2, fmt);
  const Tensor shared =
      area_between(maximum(rows(a.low), columns(b.low)), minimum(rows(a.high), columns(b.high)));
  const Tensor all =
      box_area(boxes1, fmt).unsqueeze(-1) + box_area(boxes2, fmt).unsqueeze(-2) - shared;
  return {shared, all};
}

/// The corners of the smallest box around both of each pair.
Corners around(const Tensor& boxes1, const Tensor& boxes2) {
  return {minimum(rows(pair(boxes1, 0)), columns(pair(boxes2, 0))),
          maximum(rows(pair(boxes1, 2)), columns(pair(boxes2, 2)))};
}

}  // namespace

Tensor box_convert(const Tensor& boxes, BoundingBoxFormat in_fmt, BoundingBoxFormat out_fmt) {
  check_boxes(boxes, "box_convert");
  if (in_fmt == out_fmt) return boxes.clone();
  const auto [low, high] = corners_of(boxes, in_fmt);
  switch (out_fmt) {
    case BoundingBoxFormat::XYXY:
      return cat({low, high}, -1);
    case BoundingBoxFormat::XYWH:
      return cat({low, high - low}, -1);
    default:
      return cat({halvable(low + high) / 2, halvable(high - low)}, -1);
  }
}

Tensor box_area(const Tensor& boxes, BoundingBoxFormat fmt) {
  check_boxes(boxes, "box_area");
  const Tensor own = widened(boxes);
  const Tensor size = fmt == BoundingBoxFormat::XYXY ? pair(own, 2) - pair(own, 0) : pair(own, 2);
  return column(size, 0) * column(size, 1);
}

Tensor box_iou(const Tensor& boxes1, const Tensor& boxes2, BoundingBoxFormat fmt) {
  check_boxes(boxes1, "box_iou");
  check_boxes(boxes2, "box_iou");
  const Overlap o = overlap(boxes1, boxes2, fmt);
  return o.shared / o.all;
}

Tensor generalized_box_iou(const Tensor& boxes1, const Tensor& boxes2) {
  check_boxes(boxes1, "generalized_box_iou");
  check_boxes(boxes2, "generalized_box_iou");
  const Overlap o = overlap(boxes1, boxes2, BoundingBoxFormat::XYXY);
  const Corners hull = around(boxes1, boxes2);
  const Tensor area = area_between(hull.low, hull.high);
  return o.shared / o.all - (area - o.all) / area;
}

Tensor distance_box_iou(const Tensor& boxes1, const Tensor& boxes2, double eps) {
  check_boxes(boxes1, "distance_box_iou");
  check_boxes(boxes2, "distance_box_iou");
  const Tensor a = widened(boxes1), b = widened(boxes2);
  const Corners hull = around(a, b);
  const Tensor diagonal = (hull.high - hull.low).clamp_min(0).pow(2).sum({-1}) + eps;
  const Tensor centers_a = (pair(a, 0) + pair(a, 2)) / 2, centers_b = (pair(b, 0) + pair(b, 2)) / 2;
  const Tensor distance = (rows(centers_a) - columns(centers_b)).pow(2).sum({-1});
  return box_iou(a, b) - distance / diagonal;
}

Tensor complete_box_iou(const Tensor& boxes1, const Tensor& boxes2, double eps) {
  const Tensor distance = distance_box_iou(boxes1, boxes2, eps);
  const Tensor a = widened(boxes1), b = widened(boxes2);
  const auto slant = [](const Tensor& t) {
    const Tensor size = pair(t, 2) - pair(t, 0);
    return atan(column(size, 0) / column(size, 1));
  };
  const Tensor v = (slant(a).unsqueeze(-1) - slant(b).unsqueeze(-2)).pow(2) *
                   (4 / (std::numbers::pi * std::numbers::pi));
  const Tensor alpha = (v / (1 - box_iou(a, b) + v + eps)).detach();
  return distance - alpha * v;
}

Tensor clip_boxes_to_image(const Tensor& boxes, Size size) {
  check_boxes(boxes, "clip_boxes_to_image");
  Tensor out = boxes.clone();
  for (int64_t i = 0; i < 4; ++i) column(out, i).clamp_(0, i % 2 == 0 ? size.width : size.height);
  return out;
}

Tensor remove_small_boxes(const Tensor& boxes, double min_size) {
  check_boxes(boxes, "remove_small_boxes");
  HEARTH_CHECK_AS(ShapeError, boxes.dim() == 2,
                  "[remove_small_boxes] expected boxes [N, 4], got shape ", boxes.sizes());
  const Tensor fits = (pair(boxes, 2) - pair(boxes, 0)) >= min_size;
  return nonzero(fits.all(-1)).squeeze(-1);
}

Tensor masks_to_boxes(const Tensor& masks) {
  HEARTH_CHECK_AS(ShapeError, masks.defined() && masks.dim() == 3,
                  "[masks_to_boxes] expected masks [N, H, W], got ",
                  masks.defined() ? cat_str("shape ", masks.sizes()) : std::string("none"));
  if (masks.numel() == 0) return zeros({0, 4}, masks.options().dtype(kFloat));
  const Tensor set = masks != 0;
  const Tensor in_row = set.any(2).to(kFloat), in_column = set.any(1).to(kFloat);
  const auto first = [](const Tensor& t) { return t.argmax(1); };
  const auto last = [](const Tensor& t) { return t.size(1) - 1 - t.flip({1}).argmax(1); };
  const Tensor boxes =
      stack({first(in_column), first(in_row), last(in_column), last(in_row)}, 1).to(kFloat);
  return where(in_row.amax({1}, true) > 0, boxes, 0);
}

}  // namespace hearth::vision::ops
