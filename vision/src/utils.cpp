// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/utils.h"

#include <algorithm>

#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/view.h"
#include "hearth/vision/io/image.h"

namespace hearth::vision::utils {
namespace {

void normalize(Tensor image, const MakeGridOptions& options) {
  const auto [low, high] = options.value_range().value_or(
      std::pair(image.min().item<double>(), image.max().item<double>()));
  image.clamp_(low, high);
  image.sub_(low).div_(std::max(high - low, 1e-5));
}

}  // namespace

Tensor make_grid(const Tensor& images, const MakeGridOptions& options) {
  HEARTH_CHECK_AS(ValueError, options.nrow() > 0 && options.padding() >= 0,
                  "[make_grid] expected nrow above 0 and a padding that is not negative, got ",
                  options.nrow(), " and ", options.padding());
  HEARTH_CHECK_AS(ShapeError, images.defined() && images.dim() >= 2 && images.dim() <= 4,
                  "[make_grid] expected images [N, C, H, W], [C, H, W] or [H, W]");
  const NoGradGuard no_grad;
  Tensor t = images;
  while (t.dim() < 4) t = t.unsqueeze(0);
  HEARTH_CHECK_AS(ShapeError, t.size(0) > 0, "[make_grid] expected at least one image, got shape ",
                  images.sizes());
  if (t.size(1) == 1) t = cat({t, t, t}, 1);
  if (options.normalize()) {
    t = t.clone();
    if (options.scale_each()) {
      for (int64_t i = 0; i < t.size(0); ++i) normalize(t.select(0, i), options);
    } else {
      normalize(t, options);
    }
  }
  const int64_t n = t.size(0);
  if (n == 1) return t.squeeze(0);
  const int64_t across = std::min(options.nrow(), n), down = (n + across - 1) / across;
  const int64_t padding = options.padding(), h = t.size(2), w = t.size(3);
  Tensor grid =
      t.new_full({t.size(1), (h + padding) * down + padding, (w + padding) * across + padding},
                 options.pad_value());
  for (int64_t i = 0; i < n; ++i)
    grid.narrow(1, i / across * (h + padding) + padding, h)
        .narrow(2, i % across * (w + padding) + padding, w)
        .copy_(t.select(0, i));
  return grid;
}

Tensor make_grid(TensorList images, const MakeGridOptions& options) {
  HEARTH_CHECK_AS(ShapeError, images.size() > 0, "[make_grid] expected at least one image");
  return make_grid(stack(images, 0), options);
}

void save_image(const Tensor& images, const std::string& path, const MakeGridOptions& options) {
  const NoGradGuard no_grad;
  const Tensor bytes =
      make_grid(images, options).mul(255).add_(0.5).clamp_(0, 255).to(kCPU).to(kByte);
  io::write_image(bytes, path);
}

}  // namespace hearth::vision::utils
