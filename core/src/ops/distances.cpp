// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/distances.h"

#include <cmath>

#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "autograd/autocast_modes.h"
#include "ops/decompositions.h"
#include "ops/distances.h"
#include "ops/rules.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(Cdist)
HEARTH_DEFINE_OP(CdistBackward)

namespace {

/// [..., P, R, M]: every row of x1 less every row of x2.
Tensor all_differences(const Tensor& x1, const Tensor& x2) {
  return x1.unsqueeze(-2) - x2.unsqueeze(-3);
}

}  // namespace

Specs Cdist::infer(Args in) const {
  const Tensor &x1 = in[0], &x2 = in[1];
  HEARTH_CHECK_AS(ShapeError, x1.dim() >= 2,
                  "[cdist] cdist only supports at least 2D tensors, X1 got: ", x1.dim(), "D");
  HEARTH_CHECK_AS(ShapeError, x2.dim() >= 2,
                  "[cdist] cdist only supports at least 2D tensors, X2 got: ", x2.dim(), "D");
  HEARTH_CHECK_AS(ShapeError, x1.size(-1) == x2.size(-1),
                  "[cdist] X1 and X2 must have the same number of columns. X1: ", x1.size(-1),
                  " X2: ", x2.size(-1));
  HEARTH_CHECK_AS(ValueError, p >= 0, "[cdist] cdist only supports non-negative p values, got ", p);
  for (const Tensor* x : {&x1, &x2})
    HEARTH_CHECK_AS(DtypeError, x->scalar_type() == kFloat || x->scalar_type() == kDouble,
                    "[cdist] cdist only supports floating-point dtypes, got ",
                    to_string(x->scalar_type()));
  const ScalarType type = promote_types(x1.scalar_type(), x2.scalar_type());
  return {Spec(batch_of(x1, x2, "cdist", {x1.size(-2), x2.size(-2)}), type, impl(x1).device), type};
}
Grads Cdist::vjp(const Saved& s, Args g, NeedMask need) const {
  Grads grads(2);
  const Tensor x1 = s.in(0), x2 = s.in(1), distances = s.out();
  if (need[0]) grads[0] = invoke(CdistBackward{p}, g[0], x1, x2, distances);
  if (need[1]) grads[1] = invoke(CdistBackward{p}, g[0].mT(), x2, x1, distances.mT());
  return grads;
}
Tensors Cdist::decompose(Args in) const {
  if (in[0].size(-1) == 0) return {all_differences(in[0], in[1]).sum({-1})};
  return {linalg_vector_norm(all_differences(in[0], in[1]), p, IntArrayRef(-1))};
}

Specs CdistBackward::infer(Args in) const {
  const Tensor &x1 = in[1], &distances = in[3];
  const ScalarType type = impl(distances).dtype;
  HEARTH_CHECK_AS(DtypeError, type == kFloat || type == kDouble,
                  "[cdist_backward] cdist only supports floating-point dtypes, got ",
                  to_string(type));
  return {Spec(batch_of(distances, {x1.size(-2), x1.size(-1)}), type, impl(x1).device), type};
}
Tensors CdistBackward::decompose(Args in) const {
  const Tensor d = all_differences(in[1], in[2]);
  const Tensor g = in[0].unsqueeze(-1), r = in[3].unsqueeze(-1);
  const auto summed = [](const Tensor& slope) {
    Tensors out;
    out.push_back(slope.sum({-2}));
    return out;
  };
  if (p == 0) return summed(d * g * 0);
  if (p == 1) return summed(d.sgn() * g);
  if (std::isinf(p)) return summed(d.sgn() * g * d.abs().eq(r).logical_and(r.ne(0)));
  // Where there is no distance there is no direction; 1 keeps what is not used finite.
  const Tensor none = r.eq(0), length = r.masked_fill(none, 1);
  if (p == 2) return summed((d / length * g).masked_fill(none, 0));
  const Tensor zero = d.eq(0);
  const Tensor size = d.abs().masked_fill(zero, 1);
  return summed((d.sgn() * (size / length).pow(p - 1) * g).masked_fill(none.logical_or(zero), 0));
}

}  // namespace ops

namespace {

/// Norms of order 2 from |a|^2 - 2 a.b + |b|^2.
Tensor distances_by_product(const Tensor& x1, const Tensor& x2) {
  const auto squares = [](const Tensor& x) { return (x * x).sum({-1}, true); };
  const Tensor s1 = squares(x1), s2 = squares(x2);
  const Tensor left = cat({x1 * -2, s1, ones_like(s1, TensorOptions().requires_grad(false))}, -1);
  const Tensor right = cat({x2, ones_like(s2, TensorOptions().requires_grad(false)), s2}, -1);
  const Tensor squared = matmul(left, right.mT()).clamp_min(0);
  // The root has no slope at 0, and PyTorch's gradient there is 0.
  const Tensor none = squared.eq(0);
  return squared.masked_fill(none, 1).sqrt().masked_fill(none, 0);
}

}  // namespace

Tensor cdist(const Tensor& x1, const Tensor& x2, double p, std::optional<int64_t> compute_mode) {
  HEARTH_CHECK(x1.defined() && x2.defined(), "[cdist] an operand is undefined; expected Tensors");
  const int64_t mode = compute_mode.value_or(0);
  HEARTH_CHECK_AS(ValueError, mode >= 0 && mode <= 2,
                  "[cdist] possible modes: 0, 1, 2, but was: ", mode);
  const bool fits = x1.dim() >= 2 && x2.dim() >= 2 && x1.size(-1) == x2.size(-1) &&
                    x1.is_floating_point() && x1.scalar_type() == x2.scalar_type();
  if (p == 2 && fits && x1.numel() > 0 && x2.numel() > 0 &&
      (mode == 1 || (mode == 0 && (x1.size(-2) > 25 || x2.size(-2) > 25))))
    return distances_by_product(x1, x2);
  return invoke(ops::Cdist{p}, x1, x2);
}

Tensor pdist(const Tensor& self, double p) {
  HEARTH_CHECK(self.defined(), "[pdist] self is undefined; expected a Tensor");
  HEARTH_CHECK_AS(ShapeError, self.dim() == 2,
                  "[pdist] pdist only supports 2D tensors, got: ", self.dim(), "D");
  HEARTH_CHECK_AS(DtypeError, self.is_floating_point(),
                  "[pdist] pdist only supports floating-point dtypes, got ",
                  to_string(self.scalar_type()));
  HEARTH_CHECK_AS(ValueError, p >= 0, "[pdist] pdist only supports non-negative p values, got ", p);
  const int64_t n = self.size(0);
  if (n < 2) return self.new_empty({0}) + self.sum() * 0;
  const Tensor pairs = triu_indices(n, n, 1, TensorOptions(self.device()));
  const Tensor all = invoke(ops::Cdist{p}, self, self);
  return all.view({-1}).index_select(0, pairs.select(0, 0) * n + pairs.select(0, 1));
}

Tensor cosine_similarity(const Tensor& x1, const Tensor& x2, int64_t dim, double eps) {
  HEARTH_CHECK(x1.defined() && x2.defined(),
               "[cosine_similarity] an operand is undefined; expected Tensors");
  const ScalarType type = promote_types(x1.scalar_type(), x2.scalar_type());
  HEARTH_CHECK_AS(
      DtypeError, is_floating_point(type),
      "[cosine_similarity] expected common dtype to be floating point, yet common dtype "
      "is ",
      to_string(type));
  std::vector<Tensor> both = broadcast_tensors({x1.to(type), x2.to(type)});
  const AutocastAsOne cast({std::nullopt, Cast::Float32}, both);
  const auto unit = [&](const Tensor& x) {
    const Tensor length = linalg_vector_norm(x, 2, IntArrayRef(dim), /*keepdim=*/true);
    // The bound is not differentiated: short vectors have the slope that others have.
    const Tensor short_by = (length.detach().clamp_min(eps) - length.detach());
    return x / (length + short_by);
  };
  return (unit(both[0]) * unit(both[1])).sum({dim});
}

Tensor pairwise_distance(const Tensor& x1, const Tensor& x2, double p, double eps, bool keepdim) {
  HEARTH_CHECK(x1.defined() && x2.defined(),
               "[pairwise_distance] an operand is undefined; expected Tensors");
  const int64_t last = std::max(x1.dim(), x2.dim()) - 1;
  return linalg_vector_norm(x1 - x2 + eps, p, IntArrayRef(last), keepdim);
}

}  // namespace hearth
