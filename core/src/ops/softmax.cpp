// SPDX-License-Identifier: Apache-2.0
#include "ops/softmax.h"

#include "hearth/ops/pointwise.h"
#include "hearth/ops/softmax.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(Softmax)
HEARTH_DEFINE_OP(LogSoftmax)
HEARTH_DEFINE_OP(SoftmaxBackward)

namespace {

Specs infer_softmax(std::string_view op, const Tensor& self, int64_t dim,
                    std::optional<ScalarType> dtype) {
  const ScalarType type = dtype.value_or(impl(self).dtype);
  HEARTH_CHECK_AS(DtypeError, is_floating_point(type), "[", op,
                  "] expected a floating tensor, got ", type, "; pass dtype, as in ", op,
                  "(x, dim, kFloat)");
  wrap_dim(dim, impl(self).dim(), op);
  return {Spec::like(self, type), accumulate_type(type)};
}

Tensor shifted(const Tensor& self, int64_t dim, std::optional<ScalarType> dtype) {
  const Tensor x = dtype ? self.to(*dtype) : self;
  if (x.numel() == 0) return x;
  return x - x.detach().amax(dim, /*keepdim=*/true);
}

Grads backward(const Tensor& g, const Tensor& y, int64_t dim, bool log) {
  Grads grads;
  grads.push_back(invoke(SoftmaxBackward{dim, log}, g, y));
  return grads;
}

}  // namespace

Specs Softmax::infer(Args in) const { return infer_softmax("softmax", in[0], dim, dtype); }
Tensors Softmax::decompose(Args in) const {
  const Tensor e = shifted(in[0], dim, dtype).exp();
  return {e / e.sum(dim, /*keepdim=*/true)};
}
Grads Softmax::vjp(const Saved& s, Args g, NeedMask) const {
  return backward(g[0], s.out(), dim, false);
}

Specs LogSoftmax::infer(Args in) const { return infer_softmax("log_softmax", in[0], dim, dtype); }
Tensors LogSoftmax::decompose(Args in) const {
  const Tensor x = shifted(in[0], dim, dtype);
  return {x - x.exp().sum(dim, /*keepdim=*/true).log()};
}
Grads LogSoftmax::vjp(const Saved& s, Args g, NeedMask) const {
  return backward(g[0], s.out(), dim, true);
}

Specs SoftmaxBackward::infer(Args in) const {
  wrap_dim(dim, impl(in[1]).dim(), info.name);
  return {Spec::like(in[1]), accumulate_type(impl(in[1]).dtype)};
}
Tensors SoftmaxBackward::decompose(Args in) const {
  const Tensor &g = in[0], &y = in[1];
  if (log) return {g - y.exp() * g.sum(dim, /*keepdim=*/true)};
  return {(g - (g * y).sum(dim, /*keepdim=*/true)) * y};
}

}  // namespace ops

Tensor softmax(const Tensor& self, int64_t dim, std::optional<ScalarType> dtype) {
  return invoke(ops::Softmax{dim, dtype}, self);
}
Tensor log_softmax(const Tensor& self, int64_t dim, std::optional<ScalarType> dtype) {
  return invoke(ops::LogSoftmax{dim, dtype}, self);
}
Tensor Tensor::softmax(int64_t dim, std::optional<ScalarType> dtype) const {
  return hearth::softmax(*this, dim, dtype);
}
Tensor Tensor::log_softmax(int64_t dim, std::optional<ScalarType> dtype) const {
  return hearth::log_softmax(*this, dim, dtype);
}

}  // namespace hearth
