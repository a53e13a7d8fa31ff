// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/fold.h"

#include "hearth/ops/fold.h"

#include "nn/builtin.h"

namespace hearth::nn {

namespace functional {

Tensor fold(const Tensor& input, const FoldFuncOptions& o) {
  HEARTH_CHECK_AS(ShapeError, input.dim() == 2 || input.dim() == 3,
                  "[fold] Input Error: Only unbatched (2D) or batched (3D) input Tensors are "
                  "supported (got ",
                  input.dim(), "D)");
  return col2im(input, o.output_size(), o.kernel_size(), o.dilation(), o.padding(), o.stride());
}

Tensor unfold(const Tensor& input, const UnfoldFuncOptions& o) {
  HEARTH_CHECK_AS(ShapeError, input.dim() == 4,
                  "[unfold] Input Error: Only 4D input Tensors are supported (got ", input.dim(),
                  "D)");
  return im2col(input, o.kernel_size(), o.dilation(), o.padding(), o.stride());
}

}  // namespace functional

namespace F = functional;

#define HEARTH_FOLD(Name, function)                                                       \
  Name##Impl::Name##Impl(const Name##Options& options_) : options(options_) {}            \
  void Name##Impl::reset() {}                                                             \
  Tensor Name##Impl::forward(const Tensor& input) { return F::function(input, options); } \
  HEARTH_DEFINE_MODULE(Name)
HEARTH_FOLD(Fold, fold)
HEARTH_FOLD(Unfold, unfold)

}  // namespace hearth::nn
