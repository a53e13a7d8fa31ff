// SPDX-License-Identifier: Apache-2.0
#include "ops/masked.h"

#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/view.h"

#include "ops/index_checks.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(MaskedSelect)
HEARTH_DEFINE_OP(MaskedScatter)
HEARTH_DEFINE_OP(Nonzero)

Specs MaskedSelect::infer(Args in) const {
  HEARTH_CHECK_AS(DtypeError, impl(in[1]).dtype == kBool,
                  "[masked_select] masked_select: expected BoolTensor for mask, got ",
                  impl(in[1]).dtype);
  broadcast_shapes(impl(in[0]).sizes, impl(in[1]).sizes, "masked_select");
  return {Spec({0}, impl(in[0]).dtype, impl(in[0]).device), impl(in[0]).dtype};
}
Grads MaskedSelect::vjp(const Saved& s, Args g, NeedMask) const {
  const Tensor mask = s.in(1);
  const Spec& self = s.in_spec(0);
  const DimVector sizes = broadcast_shapes(self.sizes, mask.sizes(), "masked_select");
  Grads grads(2);
  grads[0] = masked_scatter(zeros(sizes, g[0].options()), mask, g[0]);
  return grads;
}

Specs MaskedScatter::infer(Args in) const {
  HEARTH_CHECK_AS(DtypeError, impl(in[1]).dtype == kBool,
                  "[masked_scatter] masked_scatter_ only supports boolean masks, but got mask with "
                  "dtype ",
                  impl(in[1]).dtype);
  check_same_type(in[0], in[2], "masked_scatter");
  const DimVector sizes = broadcast_shapes(impl(in[0]).sizes, impl(in[1]).sizes, "masked_scatter");
  HEARTH_CHECK_AS(ShapeError, sizes == impl(in[0]).sizes, "[masked_scatter] mask of sizes ",
                  impl(in[1]).sizes.ref(), " does not broadcast to ", impl(in[0]).sizes.ref());
  return Spec::like(in[0]);
}
Grads MaskedScatter::vjp(const Saved& s, Args g, NeedMask need) const {
  Grads grads(3);
  const Tensor mask = s.in(1);
  if (need[0]) grads[0] = g[0].masked_fill(mask, 0);
  if (need[2]) {
    // Source elements past the last true one were not read.
    const Spec& source = s.in_spec(2);
    const Tensor picked = g[0].masked_select(mask.expand(g[0].sizes()));
    const int64_t n = checked_numel(source.sizes);
    const Tensor rest = zeros({n - picked.numel()}, g[0].options());
    grads[2] = cat({picked, rest}).view(source.sizes);
  }
  return grads;
}

Specs Nonzero::infer(Args in) const {
  return Spec({0, impl(in[0]).dim()}, kLong, impl(in[0]).device);
}

}  // namespace ops

Tensor masked_select(const Tensor& self, const Tensor& mask) {
  return invoke(ops::MaskedSelect{}, self, mask);
}
Tensor masked_scatter(const Tensor& self, const Tensor& mask, const Tensor& source) {
  const DimVector sizes = broadcast_shapes(self.sizes(), mask.sizes(), "masked_scatter");
  return invoke(ops::MaskedScatter{}, self.expand(sizes), mask, source);
}
Tensor nonzero(const Tensor& self) { return invoke(ops::Nonzero{}, self); }
Tensor argwhere(const Tensor& self) { return nonzero(self); }
std::vector<Tensor> where(const Tensor& condition) {
  return nonzero(condition.dim() == 0 ? condition.reshape({1}) : condition).unbind(1);
}

Tensor Tensor::masked_select(const Tensor& mask) const {
  return hearth::masked_select(*this, mask);
}
Tensor Tensor::masked_scatter(const Tensor& mask, const Tensor& source) const {
  return hearth::masked_scatter(*this, mask, source);
}
const Tensor& Tensor::masked_scatter_(const Tensor& mask, const Tensor& source) const {
  return invoke_(ops::MaskedScatter{}, *this, mask, source);
}
Tensor Tensor::nonzero() const { return hearth::nonzero(*this); }
Tensor Tensor::argwhere() const { return hearth::argwhere(*this); }

}  // namespace hearth
