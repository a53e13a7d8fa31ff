// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/vision.h"

#include <algorithm>

#include "hearth/base/warning.h"
#include "hearth/ops/grid_sampler.h"

namespace hearth::nn::functional {

Tensor grid_sample(const Tensor& input, const Tensor& grid, const GridSampleFuncOptions& o) {
  if (!o.align_corners())
    HEARTH_WARN(
        "Default grid_sample and affine_grid behavior has changed to align_corners=False since "
        "1.3.0. Please specify align_corners=True if the old behavior is desired. See the "
        "documentation of grid_sample for details.");
  return grid_sampler(input, grid, static_cast<int64_t>(o.mode().index()),
                      static_cast<int64_t>(o.padding_mode().index()),
                      o.align_corners().value_or(false));
}

Tensor affine_grid(const Tensor& theta, IntArrayRef size, bool align_corners) {
  HEARTH_CHECK_AS(DtypeError, is_floating_point(theta.scalar_type()),
                  "[affine_grid] Expected theta to have floating point type, but got ",
                  theta.scalar_type());
  HEARTH_CHECK_AS(ValueError, size.size() == 4 || size.size() == 5,
                  "[affine_grid] affine_grid only supports 4D and 5D sizes, for 2D and 3D affine "
                  "transforms, respectively. Got size ",
                  size);
  const auto dims = static_cast<int64_t>(size.size()) - 2;
  HEARTH_CHECK_AS(ShapeError,
                  theta.dim() == 3 && theta.size(1) == dims && theta.size(2) == dims + 1,
                  "[affine_grid] Expected a batch of ", dims, "D affine matrices of shape Nx", dims,
                  "x", dims + 1, " for size ", size, ". Got ", theta.sizes(), ".");
  HEARTH_CHECK_AS(ValueError, *std::min_element(size.begin(), size.end()) > 0,
                  "[affine_grid] Expected non-zero, positive output size. Got ", size);
  return affine_grid_generator(theta, size, align_corners);
}

}  // namespace hearth::nn::functional
