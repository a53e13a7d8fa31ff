// SPDX-License-Identifier: Apache-2.0
// Activations that are more than a line of pointwise.def.
#include "hearth/ops/pointwise.h"

#include "ops/pointwise_call.h"

namespace hearth {

using namespace ops;

namespace {

Op gelu_op(std::string_view approximate) {
  HEARTH_CHECK_AS(ValueError, approximate == "none" || approximate == "tanh",
                  "[gelu] approximate argument must be either none or tanh, got '", approximate,
                  "'");
  return approximate == "tanh" ? Op::gelu_tanh : Op::gelu_erf;
}

}  // namespace

Tensor gelu(const Tensor& self, std::string_view approximate) {
  return call(gelu_op(approximate), {}, self);
}
Tensor& gelu_(Tensor& self, std::string_view approximate) {
  return call_(gelu_op(approximate), {}, self);
}
Tensor& gelu_out(Tensor& out, const Tensor& self, std::string_view approximate) {
  return call_out(gelu_op(approximate), {}, out, self);
}

Tensor relu6(const Tensor& self) { return hardtanh(self, 0, 6); }
Tensor& relu6_(Tensor& self) { return hardtanh_(self, 0, 6); }
Tensor& relu6_out(Tensor& out, const Tensor& self) { return hardtanh_out(out, self, 0, 6); }

Tensor prelu(const Tensor& self, const Tensor& weight) {
  const int64_t channels = self.dim() < 2 ? 1 : self.size(1);
  HEARTH_CHECK_AS(ShapeError, weight.numel() == 1 || weight.numel() == channels,
                  "[prelu] Mismatch of parameter numbers and input channel size. Found parameter "
                  "numbers = ",
                  weight.numel(), " and channel size = ", channels, ".");
  HEARTH_CHECK_AS(DtypeError, self.scalar_type() == weight.scalar_type(),
                  "[prelu] Type promoting not supported. Got ", self.scalar_type(), " and ",
                  weight.scalar_type());
  DimVector sizes(static_cast<size_t>(self.dim()), 1);
  if (weight.numel() != 1) sizes[1] = weight.numel();
  return call(Op::prelu, {}, self, weight.reshape(sizes));
}
Tensor Tensor::prelu(const Tensor& weight) const { return hearth::prelu(*this, weight); }

}  // namespace hearth
