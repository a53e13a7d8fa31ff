// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/functional/flip.h"

#include "hearth/base/error.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"

namespace hearth::vision::transforms::functional {
namespace {

Tensor flipped(const Tensor& pixels, int64_t dim) {
  HEARTH_CHECK_AS(ShapeError, pixels.defined() && pixels.dim() >= 2,
                  "[flip] expected an image [..., H, W], got ",
                  pixels.defined() ? cat_str("shape ", pixels.sizes()) : std::string("nothing"));
  return pixels.flip({dim});
}

/// `axis` is 0 for x, 1 for y; `length` the canvas's along it.
BoundingBoxes flipped(const BoundingBoxes& boxes, int64_t axis, int64_t length) {
  Tensor data = boxes.data.clone();
  const Tensor first = boxes.data.select(-1, axis), second = boxes.data.select(-1, axis + 2);
  Tensor low = first.sub(length).neg();
  if (boxes.format == BoundingBoxFormat::XYXY) {
    data.select(-1, axis + 2).copy_(low);
    low = second.sub(length).neg();
  } else if (boxes.format == BoundingBoxFormat::XYWH) {
    low = first.add(second).sub(length).neg();
  }
  data.select(-1, axis).copy_(low);
  return {data, boxes.format, boxes.canvas};
}

KeyPoints flipped(const KeyPoints& points, int64_t axis, int64_t length) {
  Tensor data = points.data.clone();
  data.select(-1, axis).copy_(points.data.select(-1, axis).sub(length - 1).neg());
  return {data, points.canvas};
}

}  // namespace

Tensor horizontal_flip(const Tensor& image) { return flipped(image, -1); }
Image horizontal_flip(const Image& image) { return {flipped(image.data, -1)}; }
Mask horizontal_flip(const Mask& mask) { return {flipped(mask.data, -1)}; }
BoundingBoxes horizontal_flip(const BoundingBoxes& boxes) {
  return flipped(boxes, 0, boxes.canvas.width);
}
KeyPoints horizontal_flip(const KeyPoints& points) {
  return flipped(points, 0, points.canvas.width);
}

Tensor vertical_flip(const Tensor& image) { return flipped(image, -2); }
Image vertical_flip(const Image& image) { return {flipped(image.data, -2)}; }
Mask vertical_flip(const Mask& mask) { return {flipped(mask.data, -2)}; }
BoundingBoxes vertical_flip(const BoundingBoxes& boxes) {
  return flipped(boxes, 1, boxes.canvas.height);
}
KeyPoints vertical_flip(const KeyPoints& points) {
  return flipped(points, 1, points.canvas.height);
}

}  // namespace hearth::vision::transforms::functional
