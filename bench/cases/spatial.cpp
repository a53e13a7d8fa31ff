// SPDX-License-Identifier: Apache-2.0
// Resizing of images, and reading them by a grid: 1 MB and 100 MB of results in float32.
#include "hearth/ops/grid_sampler.h"

#include "cases/cases.h"

namespace hearth::bench {

void add_spatial(Cases& cases) {
  for (const auto& [label, images] : {std::pair("1 MB", 1), std::pair("100 MB", 100)}) {
    const auto add = [&cases, label = std::string("/") + label, images = images](
                         const char* name, int64_t size, std::function<Tensor(const Tensor&)> fn) {
      cases[name + label] = [=] {
        return forward_backward(fn, randn({images, 16, size, size}).to(device()));
      };
    };
    add("bilinear", 64, [](const Tensor& x) { return upsample_bilinear2d(x, {128, 128}, false); });
    add("nearest", 64, [](const Tensor& x) { return upsample_nearest2d(x, {128, 128}); });
    add("bicubic", 64, [](const Tensor& x) { return upsample_bicubic2d(x, {128, 128}, false); });
    add("antialias", 256, [](const Tensor& x) {
      return _upsample_bilinear2d_aa(x, {128, 128}, false);
    });
    cases[std::string("grid_sample/") + label] = [images = images] {
      const Tensor grid = (rand({images, 128, 128, 2}) * 2 - 1).to(device()).requires_grad_();
      return forward_backward(
          [=](const Tensor& x) { return grid_sampler(x, grid, 0, 0, /*align_corners=*/false); },
          randn({images, 16, 128, 128}).to(device()), {grid});
    };
  }
}

}  // namespace hearth::bench
