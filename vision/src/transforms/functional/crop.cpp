// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/functional/crop.h"

#include <algorithm>

#include "hearth/base/error.h"
#include "hearth/ops/pad.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"
#include "hearth/vision/transforms/functional/boxes.h"
#include "hearth/vision/transforms/functional/flip.h"
#include "hearth/vision/transforms/functional/resize.h"

#include "transforms/crop_sizes.h"
#include "transforms/items.h"

namespace hearth::vision::transforms::functional {
namespace {

/// [from, from + size) of a dim, with zeros where it has nothing.
Tensor part(const Tensor& image, int64_t dim, int64_t from, int64_t size) {
  const int64_t length = image.size(dim);
  if (from >= 0 && size <= length - from) return image.narrow(dim, from, size);
  const int64_t begin = std::clamp<int64_t>(from, 0, length);
  const int64_t end = std::clamp<int64_t>(from + size, begin, length);
  const int64_t before = std::clamp<int64_t>(-from, 0, size);
  const int64_t after = size - before - (end - begin);
  const Tensor some = image.narrow(dim, begin, end - begin);
  if (dim == -1) return constant_pad_nd(some, {before, after});
  return constant_pad_nd(some, {0, 0, before, after});
}

/// Where the middle is; negative where there must be zeros around.
int64_t center(int64_t length, int64_t size) {
  return size > length ? -((size - length) / 2) : middle(length, size);
}

template <class T>
T centered(const T& item, Size from, Size size) {
  return crop(item, center(from.height, size.height), center(from.width, size.width), size.height,
              size.width);
}

}  // namespace

Tensor crop(const Tensor& image, int64_t top, int64_t left, int64_t height, int64_t width) {
  HEARTH_CHECK_AS(ShapeError, image.defined() && image.dim() >= 2,
                  "[crop] expected an image [..., H, W], got ",
                  image.defined() ? cat_str("shape ", image.sizes()) : std::string("nothing"));
  HEARTH_CHECK_AS(ValueError, height >= 0 && width >= 0, "[crop] expected a size, got ", height,
                  " x ", width);
  return part(part(image, -2, top, height), -1, left, width);
}

Image crop(const Image& image, int64_t top, int64_t left, int64_t height, int64_t width) {
  return {crop(image.data, top, left, height, width)};
}
Mask crop(const Mask& mask, int64_t top, int64_t left, int64_t height, int64_t width) {
  return {crop(mask.data, top, left, height, width)};
}
BoundingBoxes crop(const BoundingBoxes& boxes, int64_t top, int64_t left, int64_t height,
                   int64_t width) {
  Tensor data = boxes.data.clone();
  for (int64_t i = 0; i < (boxes.format == BoundingBoxFormat::XYXY ? 4 : 2); ++i)
    data.select(-1, i).sub_(i % 2 ? top : left);
  return clamp_bounding_boxes({data, boxes.format, {height, width}});
}
KeyPoints crop(const KeyPoints& points, int64_t top, int64_t left, int64_t height, int64_t width) {
  Tensor data = points.data.clone();
  data.select(-1, 0).sub_(left);
  data.select(-1, 1).sub_(top);
  return {data, {height, width}};
}

Tensor center_crop(const Tensor& image, Size size) {
  HEARTH_CHECK_AS(ShapeError, image.defined() && image.dim() >= 2,
                  "[center_crop] expected an image [..., H, W], got ",
                  image.defined() ? cat_str("shape ", image.sizes()) : std::string("nothing"));
  return centered(image, {image.size(-2), image.size(-1)}, size);
}
Image center_crop(const Image& image, Size size) { return {center_crop(image.data, size)}; }
Mask center_crop(const Mask& mask, Size size) { return {center_crop(mask.data, size)}; }
// torchvision rounds where boxes and points of a smaller image go, unlike its pixels; here they go
// along.
BoundingBoxes center_crop(const BoundingBoxes& boxes, Size size) {
  return centered(boxes, boxes.canvas, size);
}
KeyPoints center_crop(const KeyPoints& points, Size size) {
  return centered(points, points.canvas, size);
}

Tensor resized_crop(const Tensor& image, int64_t top, int64_t left, int64_t height, int64_t width,
                    Size size, InterpolationMode interpolation, bool antialias) {
  return resize(crop(image, top, left, height, width), size, interpolation, antialias);
}

std::array<Tensor, 5> five_crop(const Tensor& image, Size size) {
  check_pixels(image, "five_crop");
  const int64_t down = image.size(-2) - size.height, across = image.size(-1) - size.width;
  HEARTH_CHECK_AS(ValueError, down >= 0 && across >= 0, "[five_crop] a crop of ", size.height,
                  " x ", size.width, " is larger than the image of ", image.size(-2), " x ",
                  image.size(-1));
  const auto at = [&](int64_t top, int64_t left) {
    return crop(image, top, left, size.height, size.width);
  };
  return {at(0, 0), at(0, across), at(down, 0), at(down, across), center_crop(image, size)};
}

std::array<Tensor, 10> ten_crop(const Tensor& image, Size size, bool vertical) {
  const std::array<Tensor, 5> as_is = five_crop(image, size);
  const std::array<Tensor, 5> mirrored =
      five_crop(vertical ? vertical_flip(image) : horizontal_flip(image), size);
  std::array<Tensor, 10> all;
  std::copy(as_is.begin(), as_is.end(), all.begin());
  std::copy(mirrored.begin(), mirrored.end(), all.begin() + 5);
  return all;
}

}  // namespace hearth::vision::transforms::functional
