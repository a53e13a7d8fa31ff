// SPDX-License-Identifier: Apache-2.0
#include "core/ops/samples.h"
#include "ops/fold.h"
#include "ops/grid_sampler.h"

namespace hearth::testing_ops {

void spatial_samples(Samples& s) {
  using ops::GridMode;
  using ops::GridPadding;
  const Tensor image = values({2, 2, 3, 4}), volume = values({1, 2, 2, 3, 2});
  // No position of these is near a pixel's center or edge, nor the input's border.
  const Tensor grid = values({2, 2, 3, 2}, -1.31, 1.23, 2),
               cube = values({1, 1, 2, 2, 3}, -1.3, 1.2, 3);
  for (GridMode mode : {GridMode::Bilinear, GridMode::Nearest, GridMode::Bicubic})
    for (GridPadding padding : {GridPadding::Zeros, GridPadding::Border, GridPadding::Reflection}) {
      const bool align = padding == GridPadding::Border;
      add(s, ops::GridSampler{mode, padding, align}, {image, grid});
      add(s, ops::GridSamplerBackward{mode, padding, align},
          {values({2, 2, 2, 3}, 0.1, 0.8, 1), image, grid});
    }
  add(s, ops::GridSampler{GridMode::Bilinear, GridPadding::Reflection, false}, {volume, cube});
  add(s, ops::GridSamplerBackward{GridMode::Bilinear, GridPadding::Zeros, false},
      {values({1, 2, 1, 2, 2}, 0.1, 0.8, 1), volume, cube});
  const DimVector kernel{2, 2}, dilation{1, 2}, padding{1, 0}, stride{2, 1};
  add(s, ops::Im2Col{kernel, dilation, padding, stride}, {image});
  add(s, ops::Col2Im{{3, 4}, kernel, dilation, padding, stride}, {values({2, 8, 4})});
}

}  // namespace hearth::testing_ops
