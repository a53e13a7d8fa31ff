// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/functional/resize.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "hearth/base/error.h"
#include "hearth/base/threads.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/resize.h"
#include "hearth/ops/shape.h"
#include "hearth/tensor/tensor_literal.h"

#include "transforms/describe.h"
#include "transforms/items.h"
#include "transforms/pillow_resize.h"

namespace hearth::vision::transforms::functional {
namespace {

bool is_nearest(InterpolationMode mode) {
  return mode == InterpolationMode::Nearest || mode == InterpolationMode::NearestExact;
}

/// Where the pixels of a line come from, as PyTorch computes it.
Tensor nearest_pixels(int64_t in, int64_t out, bool exact, Device device) {
  const float scale = static_cast<float>(in) / static_cast<float>(out);
  const Tensor places = empty({out}, kLong);
  auto* place = places.data_ptr<int64_t>();
  for (int64_t i = 0; i < out; ++i) {
    const float at = (static_cast<float>(i) + (exact ? 0.5f : 0.0f)) * scale;
    place[i] = std::min(static_cast<int64_t>(std::floor(at)), in - 1);
  }
  return places.to(device);
}

Tensor resize_nearest(const Tensor& image, Size size, bool exact) {
  Tensor out = image;
  if (size.height != image.size(-2))
    out = out.index_select(-2, nearest_pixels(image.size(-2), size.height, exact, image.device()));
  if (size.width != image.size(-1))
    out = out.index_select(-1, nearest_pixels(image.size(-1), size.width, exact, image.device()));
  return out;
}

/// [N, C, H, W] of bytes whose pixels lie together, 3 or 4 channels each.
bool is_interleaved(const Tensor& images) {
  const int64_t c = images.size(1);
  return (c == 3 || c == 4) && images.stride(1) == 1 && images.stride(3) == c &&
         images.stride(2) >= c * images.size(3);
}

Tensor resize_interleaved(const Tensor& images, Size size, InterpolationMode mode) {
  const int64_t n = images.size(0), channels = images.size(1);
  const Size in{images.size(2), images.size(3)};
  Tensor out = empty({n, size.height, size.width, channels}, kByte);
  const auto* from = images.const_data_ptr<uint8_t>();
  auto* to = out.data_ptr<uint8_t>();
  const int64_t row_bytes = images.stride(2);
  parallel_for(0, n, 1, [&](int64_t begin, int64_t end) {
    PixelResizer resizer;
    resizer.set(mode, in, size, 0, 0, size, false);
    for (int64_t i = begin; i < end; ++i) {
      const uint8_t* first = from + i * images.stride(0);
      const uint8_t* last = first + (in.height - 1) * row_bytes + in.width * channels;
      resizer.run(channels,
                  first + resizer.rows().begin() * row_bytes + resizer.columns().begin() * channels,
                  row_bytes, last);
      const int64_t bytes = size.width * channels;
      for (int64_t y = 0; y < size.height; ++y)
        std::memcpy(to + (i * size.height + y) * bytes, resizer.row(y), static_cast<size_t>(bytes));
    }
  });
  return out.permute({0, 3, 1, 2});
}

Tensor resize_bytes(const Tensor& image, Size size, InterpolationMode mode) {
  const Tensor host = image.cpu();
  Tensor images = host.reshape({-1, host.size(-3), host.size(-2), host.size(-1)});
  if (is_interleaved(images)) return resize_interleaved(images, size, mode).to(image.device());
  images = images.contiguous();
  const int64_t n = images.size(0), channels = images.size(1);
  const Size in{images.size(2), images.size(3)};
  Tensor out = empty({n, channels, size.height, size.width}, kByte);
  const auto* from = images.const_data_ptr<uint8_t>();
  auto* to = out.data_ptr<uint8_t>();
  parallel_for(0, n, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      resize_planes(mode, channels, in, from + i * channels * in.height * in.width, size,
                    to + i * channels * size.height * size.width);
  });
  return out.to(image.device());
}

/// An image of floating point through a filter along a dim, as Pillow does it with numbers.
Tensor filtered(const Tensor& x, int64_t dim, int64_t size, InterpolationMode mode) {
  if (x.size(dim) == size) return x;
  const FilterTaps taps = filter_taps(mode, x.size(dim), size);
  std::vector<int64_t> shape{size};
  if (dim == -2) shape.push_back(1);
  Tensor sum;
  for (int64_t k = 0; k < taps.count; ++k) {
    const auto begin = static_cast<size_t>(k * size), n = static_cast<size_t>(size);
    const Tensor places = tensor(ArrayRef<int64_t>(taps.places.data() + begin, n));
    const Tensor weights = tensor(ArrayRef<double>(taps.weights.data() + begin, n), kDouble);
    const Tensor part = x.index_select(dim, places.to(x.device()))
                            .mul(weights.to(x.options().requires_grad(false)).view(shape));
    sum = sum.defined() ? sum.add(part) : part;
  }
  return sum;
}

/// What torchvision does with tensors of any numbers.
Tensor resize_numbers(const Tensor& image, Size size, InterpolationMode mode, bool antialias) {
  const bool linear = mode == InterpolationMode::Bilinear;
  const bool in_core = linear || mode == InterpolationMode::Bicubic;
  HEARTH_CHECK_AS(ValueError, in_core || antialias, "[resize] ", text_of(mode),
                  " expects antialias");
  const ScalarType dtype = image.scalar_type();
  const bool as_is = dtype == kFloat || dtype == kDouble || (dtype == kByte && !antialias);
  Tensor x = image.reshape({-1, image.size(-3), image.size(-2), image.size(-1)});
  if (!as_is) x = x.to(kFloat);
  const std::vector<int64_t> to{size.height, size.width};
  if (!in_core) {
    x = filtered(filtered(x, -1, size.width, mode), -2, size.height, mode);
  } else if (antialias) {
    x = linear ? _upsample_bilinear2d_aa(x, to, false) : _upsample_bicubic2d_aa(x, to, false);
  } else {
    x = linear ? upsample_bilinear2d(x, to, false) : upsample_bicubic2d(x, to, false);
  }
  if (as_is || is_floating_point(dtype)) return x.to(dtype);
  x = x.round();
  // Cubic curves go beyond what they pass through, where torchvision's numbers wrap around.
  const auto bits = static_cast<int64_t>(element_size(dtype)) * 8;
  if (!linear && bits <= 16) {
    const bool has_sign = dtype == kChar || dtype == kShort;
    const auto values = static_cast<double>(int64_t{1} << bits);
    const double least = has_sign ? -values / 2 : 0;
    x.clamp_(least, least + values - 1);
  }
  return x.to(dtype);
}

/// float32, as torchvision's: [width, height, ...] by how much they grow.
Tensor growth(Size from, Size to, int64_t repeats, Device device) {
  const auto w =
      static_cast<float>(static_cast<double>(to.width) / static_cast<double>(from.width));
  const auto h =
      static_cast<float>(static_cast<double>(to.height) / static_cast<double>(from.height));
  const Tensor factors = empty({2 * repeats}, kFloat);
  for (int64_t i = 0; i < repeats; ++i) {
    factors.data_ptr<float>()[2 * i] = w;
    factors.data_ptr<float>()[2 * i + 1] = h;
  }
  return factors.to(device);
}

}  // namespace

Tensor resize(const Tensor& image, Size size, InterpolationMode interpolation, bool antialias) {
  check_pixels(image, "resize");
  HEARTH_CHECK_AS(ValueError, size.height > 0 && size.width > 0,
                  "[resize] expected a positive size, got ", size.height, " x ", size.width);
  if (size == Size{image.size(-2), image.size(-1)}) return image;
  std::vector<int64_t> sizes(image.sizes().begin(), image.sizes().end());
  sizes[sizes.size() - 2] = size.height;
  sizes[sizes.size() - 1] = size.width;
  if (image.numel() == 0) {
    HEARTH_CHECK_AS(ShapeError, image.size(-1) > 0 && image.size(-2) > 0,
                    "[resize] expected an image of at least one pixel, got shape ", image.sizes());
    return image.new_empty(sizes);
  }
  if (is_nearest(interpolation))
    return resize_nearest(image, size, interpolation == InterpolationMode::NearestExact);
  const bool pillow = image.scalar_type() == kByte && antialias;
  const Tensor out = pillow ? resize_bytes(image, size, interpolation)
                            : resize_numbers(image, size, interpolation, antialias);
  // A batch's dims in front are one; without any, or with one, only it comes or goes.
  if (image.dim() == 3) return out.squeeze(0);
  return image.dim() == 4 ? out : out.reshape(sizes);
}

Mask resize(const Mask& mask, Size size, InterpolationMode interpolation, bool) {
  const InterpolationMode mode =
      is_nearest(interpolation) ? interpolation : InterpolationMode::Nearest;
  return through_image(mask, [&](const Tensor& image) { return resize(image, size, mode); });
}

BoundingBoxes resize(const BoundingBoxes& boxes, Size size, InterpolationMode, bool) {
  if (size == boxes.canvas) return boxes;
  const Tensor factors = growth(boxes.canvas, size, 2, boxes.data.device());
  return {boxes.data.mul(factors).to(boxes.data.scalar_type()), boxes.format, size};
}

KeyPoints resize(const KeyPoints& points, Size size, InterpolationMode, bool) {
  if (size == points.canvas) return points;
  const Tensor factors = growth(points.canvas, size, 1, points.data.device());
  return {points.data.mul(factors).to(points.data.scalar_type()), size};
}

Size resized_size(Size image, std::optional<int64_t> shorter, std::optional<int64_t> max_size) {
  HEARTH_CHECK_AS(ValueError, image.height > 0 && image.width > 0,
                  "[resize] expected an image of at least one pixel, got ", image.height, " x ",
                  image.width);
  HEARTH_CHECK_AS(ValueError, shorter || max_size,
                  "[resize] expected a size or a max_size, got neither");
  HEARTH_CHECK_AS(ValueError, !shorter || !max_size || *max_size > *shorter,
                  "[resize] expected max_size above the size of the shorter edge, ",
                  shorter.value_or(0), ", got ", max_size.value_or(0));
  const int64_t low = std::min(image.height, image.width);
  const int64_t high = std::max(image.height, image.width);
  const auto scaled = [](int64_t size, int64_t by, int64_t over) {
    return static_cast<int64_t>(static_cast<double>(size * by) / static_cast<double>(over));
  };
  int64_t new_low = 0, new_high = 0;
  if (shorter) {
    new_low = *shorter;
    new_high = scaled(*shorter, high, low);
    if (max_size && new_high > *max_size) {
      new_low = scaled(*max_size, new_low, new_high);
      new_high = *max_size;
    }
  } else {
    new_low = scaled(*max_size, low, high);
    new_high = *max_size;
  }
  return image.width <= image.height ? Size{new_high, new_low} : Size{new_low, new_high};
}

}  // namespace hearth::vision::transforms::functional
