// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/functional/pad.h"

#include <algorithm>
#include <vector>

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pad.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/shape.h"
#include "hearth/vision/transforms/functional/boxes.h"

#include "transforms/describe.h"
#include "transforms/items.h"

namespace hearth::vision::transforms::functional {
namespace {

/// Which pixel of a line each of the padded line is.
Tensor mirrored_pixels(int64_t length, int64_t before, int64_t after, PaddingMode mode,
                       Device device) {
  const int64_t most = std::max(before, after);
  const int64_t limit = mode == PaddingMode::Reflect ? length - 1 : length;
  HEARTH_CHECK_AS(ValueError, mode == PaddingMode::Edge ? length > 0 : most <= limit,
                  "[pad] expected padding of at most ", limit, " for ", text_of(mode), ", got ",
                  most);
  const Tensor places = empty({std::max<int64_t>(0, before + length + after)}, kLong);
  auto* place = places.data_ptr<int64_t>();
  for (int64_t i = 0; i < places.numel(); ++i) {
    int64_t at = i - before;
    if (mode == PaddingMode::Edge) {
      at = std::clamp<int64_t>(at, 0, length - 1);
    } else if (at < 0) {
      at = mode == PaddingMode::Reflect ? -at : -at - 1;
    } else if (at >= length) {
      at = mode == PaddingMode::Reflect ? 2 * (length - 1) - at : 2 * length - 1 - at;
    }
    place[i] = at;
  }
  return places.to(device);
}

/// Fills what was added with a number for each channel.
Tensor with_fills(const Tensor& padded, const Padding& p, const Fill& fill) {
  Tensor values = empty({static_cast<int64_t>(fill.size()), 1, 1}, kFloat);
  for (size_t c = 0; c < fill.size(); ++c)
    values.data_ptr<float>()[c] = static_cast<float>(fill[c]);
  values = values.to(padded.device()).to(padded.scalar_type());
  const int64_t h = padded.size(-2), w = padded.size(-1);
  if (p.top > 0) padded.narrow(-2, 0, p.top).copy_(values);
  if (p.bottom > 0) padded.narrow(-2, h - p.bottom, p.bottom).copy_(values);
  if (p.left > 0) padded.narrow(-1, 0, p.left).copy_(values);
  if (p.right > 0) padded.narrow(-1, w - p.right, p.right).copy_(values);
  return padded;
}

/// f of the image as its pixels lie in memory; `row` is the dim of its rows, columns follow.
template <class F>
Tensor as_it_lies(const Tensor& image, const F& f) {
  if (image.size(-3) == 1 || image.stride(-3) != 1) return f(image, -2);
  return f(image.movedim(-3, -1), -3).movedim(-1, -3);
}

void check_constant(PaddingMode mode, const char* what) {
  HEARTH_CHECK_AS(ValueError, mode == PaddingMode::Constant, "[pad] ", what,
                  " can be padded by constants only, got ", text_of(mode));
}

Size padded(Size size, const Padding& p) {
  return {size.height + p.top + p.bottom, size.width + p.left + p.right};
}

}  // namespace

Tensor pad(const Tensor& image, const Padding& p, const Fill& fill, PaddingMode mode) {
  check_pixels(image, "pad");
  const Size size = padded({image.size(-2), image.size(-1)}, p);
  HEARTH_CHECK_AS(ValueError, size.height >= 0 && size.width >= 0,
                  "[pad] the padding cuts off more than the image of ", image.size(-2), " x ",
                  image.size(-1), " has");
  HEARTH_CHECK_AS(ValueError,
                  fill.size() <= 1 || (mode == PaddingMode::Constant &&
                                       static_cast<int64_t>(fill.size()) == image.size(-3)),
                  "[pad] expected one fill, or with constant padding one for each of ",
                  image.size(-3), " channels, got ", fill.size());
  if (mode == PaddingMode::Constant) {
    const double value = fill.size() == 1 ? fill[0] : 0;
    const Tensor out = as_it_lies(image, [&](const Tensor& x, int64_t row) {
      std::vector<int64_t> amounts(static_cast<size_t>(2 * (-2 - row)));  // none of colors
      amounts.insert(amounts.end(), {p.left, p.right, p.top, p.bottom});
      return constant_pad_nd(x, amounts, value);
    });
    return fill.size() > 1 ? with_fills(out, p, fill) : out;
  }
  const Tensor rows = mirrored_pixels(image.size(-2), p.top, p.bottom, mode, image.device());
  const Tensor columns = mirrored_pixels(image.size(-1), p.left, p.right, mode, image.device());
  return as_it_lies(image, [&](const Tensor& x, int64_t row) {
    return x.index_select(row, rows).index_select(row + 1, columns);
  });
}

Image pad(const Image& image, const Padding& padding, const Fill& fill, PaddingMode mode) {
  return {pad(image.data, padding, fill, mode)};
}

Mask pad(const Mask& mask, const Padding& padding, const Fill& fill, PaddingMode mode) {
  HEARTH_CHECK_AS(ValueError, fill.size() <= 1, "[pad] expected one fill of a mask, got ",
                  fill.size());
  return through_image(mask, [&](const Tensor& image) { return pad(image, padding, fill, mode); });
}

BoundingBoxes pad(const BoundingBoxes& boxes, const Padding& p, const Fill&, PaddingMode mode) {
  check_constant(mode, "boxes");
  Tensor data = boxes.data.clone();
  for (int64_t i = 0; i < (boxes.format == BoundingBoxFormat::XYXY ? 4 : 2); ++i)
    data.select(-1, i).add_(i % 2 ? p.top : p.left);
  return clamp_bounding_boxes({data, boxes.format, padded(boxes.canvas, p)});
}

KeyPoints pad(const KeyPoints& points, const Padding& p, const Fill&, PaddingMode mode) {
  check_constant(mode, "points");
  Tensor data = points.data.clone();
  data.select(-1, 0).add_(p.left);
  data.select(-1, 1).add_(p.top);
  return {data, padded(points.canvas, p)};
}

}  // namespace hearth::vision::transforms::functional
