// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/functional/blur.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "hearth/base/error.h"
#include "hearth/base/threads.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/shape.h"
#include "hearth/ops/view_copy.h"
#include "hearth/tensor/tensor_literal.h"
#include "hearth/vision/transforms/functional/color.h"

#include "transforms/blur_kernels.h"
#include "transforms/color_steps.h"
#include "transforms/pixels.h"

namespace hearth::vision::transforms::functional {
namespace {

/// Weights of an odd number of neighbours.
using Weights = std::vector<double>;

Weights gaussian_weights(int64_t size, double sigma) {
  Weights all(static_cast<size_t>(size));
  double sum = 0;
  for (int64_t i = 0; i < size; ++i) {
    const double x = static_cast<double>(i) - static_cast<double>(size - 1) / 2;
    sum += all[static_cast<size_t>(i)] = std::exp(-0.5 * x * x / (sigma * sigma));
  }
  for (double& w : all) w /= sum;
  return all;
}

int64_t half(size_t weights) { return static_cast<int64_t>(weights / 2); }

/// The place of i among n, mirrored at both ends.
int64_t mirrored(int64_t i, int64_t n) { return i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i; }

/// Blurs lines of planes of bytes or floats.
template <class T>
class Blur {
 public:
  /// Of at most `count` lines at a time.
  Blur(const Pixels& pixels, const Weights& across, const Weights& down, int64_t count)
      : p_(pixels), across_(across.begin(), across.end()), down_(down.begin(), down.end()) {
    const int64_t reach = half(across_.size()) * p_.step();
    padded_.resize(static_cast<size_t>(p_.line() + 2 * reach));
    rows_.resize(static_cast<size_t>((count + 2 * half(down_.size())) * p_.line()));
    sums_.resize(static_cast<size_t>(p_.line()));
  }

  /// Lines from `begin` to `end` of a plane.
  void run(const T* in, int64_t begin, int64_t end, T* out) {
    const int64_t line = p_.line(), reach = half(down_.size());
    std::vector<const float*> lines(across_.size());
    for (size_t k = 0; k < lines.size(); ++k)
      lines[k] = padded_.data() + static_cast<int64_t>(k) * p_.step();
    float* row = rows_.data();
    for (int64_t y = begin - reach; y < end + reach; ++y, row += line) {
      pad(in + mirrored(y, p_.height) * line);
      weigh(lines, across_, row);
    }
    lines.resize(down_.size());
    for (int64_t y = begin; y < end; ++y) {
      for (size_t k = 0; k < lines.size(); ++k)
        lines[k] = rows_.data() + (y - begin + static_cast<int64_t>(k)) * line;
      if constexpr (std::is_same_v<T, float>) {
        weigh(lines, down_, out + y * line);
      } else {
        weigh(lines, down_, sums_.data());
        blur_kernels().round(sums_.data(), line, out + y * line);
      }
    }
  }

 private:
  void weigh(const std::vector<const float*>& lines, const std::vector<float>& weights,
             float* out) const {
    blur_kernels().weigh(lines.data(), weights.data(), static_cast<int64_t>(weights.size()),
                         p_.line(), out);
  }

  void pad(const T* in) {
    const int64_t step = p_.step(), reach = half(across_.size());
    float* middle = padded_.data() + reach * step;
    if constexpr (std::is_same_v<T, float>)
      std::copy(in, in + p_.line(), middle);
    else
      blur_kernels().widen(in, p_.line(), middle);
    const auto copy_pixel = [&](int64_t x) {
      std::copy_n(middle + mirrored(x, p_.width) * step, step, middle + x * step);
    };
    for (int64_t i = 1; i <= reach; ++i) {
      copy_pixel(-i);
      copy_pixel(p_.width - 1 + i);
    }
  }

  Pixels p_;
  std::vector<float> across_, down_;
  std::vector<float> padded_, rows_, sums_;
};

template <class T>
Tensor blur(const Tensor& image, const Weights& across, const Weights& down) {
  const Pixels in = pixels_of(image), out = like(in);
  const T* from = in.data.const_data_ptr<T>();
  T* to = out.data.mutable_data_ptr<T>();
  // Lines beside a block are weighed twice, so it has many more; but no more than caches hold.
  constexpr int64_t kCached = 1 << 16;
  const int64_t least = std::max<int64_t>(32, 16 * half(down.size()));
  const int64_t block = std::min(in.height, std::max(least, kCached / in.line()));
  const int64_t blocks = (in.height + block - 1) / block;
  parallel_for(0, in.planes() * blocks, 1, [&](int64_t begin, int64_t end) {
    Blur<T> work(in, across, down, block);
    for (int64_t i = begin; i < end; ++i) {
      const int64_t plane = i / blocks * in.plane(), y = i % blocks * block;
      work.run(from + plane, y, std::min(y + block, in.height), to + plane);
    }
  });
  return back(out, image);
}

/// Along one dim, in the image's own precision and with a gradient.
Tensor weigh_along(const Tensor& image, int64_t dim, const Weights& weights) {
  const int64_t n = image.size(dim), reach = half(weights.size());
  std::vector<int64_t> places;
  for (int64_t i = -reach; i < n + reach; ++i) places.push_back(mirrored(i, n));
  const Tensor padded = image.index_select(dim, tensor(places).to(image.device()));
  Tensor sum = padded.narrow(dim, 0, n) * weights[0];
  for (size_t k = 1; k < weights.size(); ++k)
    sum.add_(padded.narrow(dim, static_cast<int64_t>(k), n), weights[k]);
  return sum;
}

Tensor sharpen_bytes(const Tensor& image, double factor) {
  const Pixels in = pixels_of(image), out = like(in);
  const auto* from = in.data.const_data_ptr<uint8_t>();
  auto* to = out.data.mutable_data_ptr<uint8_t>();
  const int64_t line = in.line(), step = in.step();
  const auto amount = static_cast<float>(1.0 - factor);
  parallel_for(0, in.planes() * in.height, 64, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const uint8_t* at = from + i * line;
      const int64_t y = i % in.height;
      if (y == 0 || y == in.height - 1) {
        std::copy_n(at, line, to + i * line);
        continue;
      }
      std::copy_n(at, step, to + i * line);
      std::copy_n(at + line - step, step, to + (i + 1) * line - step);
      blur_kernels().sharpen(at - line, at, at + line, line, step, amount, to + i * line);
    }
  });
  return back(out, image);
}

/// Of numbers up to `white`; above 1 they are whole.
Tensor sharpen_float(const Tensor& image, double factor, double white) {
  const int64_t h = image.size(-2) - 2, w = image.size(-1) - 2;
  const auto shifted = [&](int64_t y, int64_t x) {
    return image.narrow(-2, y, h).narrow(-1, x, w);
  };
  const Tensor middle = shifted(1, 1);
  Tensor smooth = middle * (5.0 / 13.0);
  for (int64_t y = 0; y < 3; ++y)
    for (int64_t x = 0; x < 3; ++x)
      if (y != 1 || x != 1) smooth.add_(shifted(y, x), 1.0 / 13.0);
  if (white > 1) smooth.round_();
  Tensor out = image.clone();
  const Tensor by = smooth.sub_(middle);
  out.narrow(-2, 1, h).narrow(-1, 1, w).copy_(white > 1 ? plus(middle, by, 1.0 - factor)
                                                        : middle.add(by, 1.0 - factor));
  return out.clamp_(0, white);
}

}  // namespace

Tensor adjust_sharpness(const Tensor& image, double sharpness_factor) {
  check_colors(image, "adjust_sharpness");
  HEARTH_CHECK_AS(ValueError, sharpness_factor >= 0 && std::isfinite(sharpness_factor),
                  "[adjust_sharpness] expected a factor of at least 0, got ", sharpness_factor);
  if (image.numel() == 0 || image.size(-2) <= 2 || image.size(-1) <= 2) return image;
  if (is_bytes(image)) return sharpen_bytes(image, sharpness_factor);
  if (!is_whole(image)) return sharpen_float(image, sharpness_factor, 1);
  return cut_off(sharpen_float(image.to(kFloat), sharpness_factor, white_of(image)),
                 image.scalar_type());
}

Tensor gaussian_blur(const Tensor& image, IntArrayRef kernel_size, ArrayRef<double> sigma) {
  check_shades(image, "gaussian_blur");
  HEARTH_CHECK_AS(ValueError, kernel_size.size() == 1 || kernel_size.size() == 2,
                  "[gaussian_blur] expected 1 or 2 kernel sizes, got ", kernel_size.size());
  HEARTH_CHECK_AS(ValueError, sigma.size() <= 2, "[gaussian_blur] expected 1 or 2 sigmas, got ",
                  sigma.size());
  Weights weights[2];
  for (size_t i = 0; i < 2; ++i) {
    const int64_t size = kernel_size[std::min(i, kernel_size.size() - 1)];
    HEARTH_CHECK_AS(ValueError, size > 0 && size % 2 == 1,
                    "[gaussian_blur] expected odd and positive kernel sizes, got ", size);
    const double s = sigma.empty() ? static_cast<double>(size) * 0.15 + 0.35
                                   : sigma[std::min(i, sigma.size() - 1)];
    HEARTH_CHECK_AS(ValueError, s > 0, "[gaussian_blur] expected positive sigmas, got ", s);
    if (image.numel() == 0) continue;
    HEARTH_CHECK_AS(ShapeError, size / 2 < image.size(i == 0 ? -1 : -2),
                    "[gaussian_blur] expected an image larger than half a kernel of ", size,
                    ", got shape ", image.sizes());
    weights[i] = gaussian_weights(size, s);
  }
  if (image.numel() == 0) return image;
  if (is_bytes(image)) return blur<uint8_t>(image, weights[0], weights[1]);
  if (image.scalar_type() == kDouble || image.requires_grad())
    return weigh_along(weigh_along(image, -1, weights[0]), -2, weights[1]);
  const Tensor out = blur<float>(image.to(kFloat), weights[0], weights[1]);
  return is_whole(image) ? cut_off(out.round(), image.scalar_type()) : out.to(image.scalar_type());
}

Tensor gaussian_noise(const Tensor& image, double mean, double sigma, bool clip,
                      std::optional<Generator> generator) {
  check_shades(image, "gaussian_noise");
  HEARTH_CHECK_AS(DtypeError, !is_whole(image),
                  "[gaussian_noise] expected an image of uint8 or floating point, got ",
                  image.scalar_type());
  HEARTH_CHECK_AS(ValueError, sigma >= 0, "[gaussian_noise] expected a sigma of at least 0, got ",
                  sigma);
  if (!is_bytes(image)) {
    Tensor out = randn_like(image, generator).mul_(sigma).add_(mean).add_(image);
    return clip ? out.clamp_(0, 1) : out;
  }
  Tensor noise = randn_like(image, generator, kFloat).mul_(sigma * 255).add_(mean * 255);
  Tensor out = noise.to(kShort).add_(image);
  return (clip ? out.clamp_(0, 255) : out).to(kByte);
}

}  // namespace hearth::vision::transforms::functional
