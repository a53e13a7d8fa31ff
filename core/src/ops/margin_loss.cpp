// SPDX-License-Identifier: Apache-2.0
#include "ops/margin_loss.h"

#include <cmath>
#include <numbers>

#include "hearth/ops/creation.h"
#include "hearth/ops/distances.h"
#include "hearth/ops/index.h"
#include "hearth/ops/margin_loss.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "autograd/autocast_modes.h"
#include "ops/index_checks.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(MultilabelMarginLoss)

Specs MultilabelMarginLoss::infer(Args in) const {
  const TensorImpl &x = impl(in[0]), &t = impl(in[1]);
  HEARTH_CHECK_AS(DtypeError, is_floating_point(x.dtype), "[", info.name,
                  "] expected a floating input, got ", x.dtype);
  HEARTH_CHECK_AS(ShapeError, x.dim() == 2 && t.sizes == x.sizes, "[", info.name,
                  "] inconsistent target size: expected ", x.sizes.ref(), ", got ", t.sizes.ref());
  Specs out(Spec({x.sizes[0]}, x.dtype, x.device), accumulate_type(x.dtype));
  out.out.push_back(Spec(x.sizes, accumulate_type(x.dtype), x.device));
  return out;
}

Tensors MultilabelMarginLoss::decompose(Args in) const {
  const Tensor &x = in[0], &target = in[1];
  const double classes = static_cast<double>(x.size(1));
  // [N, C]: the entries before the first negative one, and where they lead.
  const Tensor listed = target.ge(0).to(kLong).cumprod(1);
  const Tensor index = target * listed;
  const Tensor is_target = zeros_like(target).scatter_add(1, index, listed).gt(0);
  // [N, listed, C]
  const Tensor excess = 1 - x.gather(1, index).unsqueeze(2) + x.unsqueeze(1);
  const Tensor counts = excess.gt(0)
                            .logical_and(listed.to(kBool).unsqueeze(2))
                            .logical_and(is_target.logical_not().unsqueeze(1));
  const Tensor rows = where(counts, excess, 0).sum({1, 2}) / classes;
  const Tensor each = counts.to(accumulate_type(x.scalar_type()));
  const Tensor slope = each.sum(1).scatter_add(1, index, -each.sum(2)) / classes;
  return {rows, slope};
}

Grads MultilabelMarginLoss::vjp(const Saved& s, Args g, NeedMask) const {
  Grads grads(2);
  if (g[0].defined()) grads[0] = g[0].unsqueeze(1) * s.out(1);
  return grads;
}

}  // namespace ops

namespace {

constexpr AutocastByName kInFloat{Cast::Float32, Cast::Float32};

Tensor reduced(std::string_view op, const Tensor& each, int64_t reduction) {
  HEARTH_CHECK_AS(ValueError, reduction >= Reduction::None && reduction <= Reduction::Sum, "[", op,
                  "] ", reduction, " is not a valid value for reduction");
  if (reduction == Reduction::None) return each;
  return reduction == Reduction::Mean ? each.mean() : each.sum();
}

/// Scores as a matrix: a vector is one row.
Tensor score_rows(std::string_view op, const Tensor& self) {
  HEARTH_CHECK_AS(ShapeError, self.dim() <= 2 && (self.dim() == 0 || self.size(-1) != 0), "[", op,
                  "] Expected non-empty vector or matrix with optional 0-dim batch size, but got: ",
                  self.sizes());
  HEARTH_CHECK_AS(DtypeError, self.is_floating_point(), "[", op,
                  "] expected a floating input, got ", self.scalar_type());
  return self.dim() == 2 ? self : self.reshape({1, -1});
}

void check_class_indices(std::string_view op, const Tensor& target) {
  HEARTH_CHECK_AS(DtypeError, target.scalar_type() == kLong, "[", op,
                  "] expected scalar type Long for the class indices in target, got ",
                  target.scalar_type());
}

}  // namespace

Tensor cosine_embedding_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                             double margin, int64_t reduction) {
  HEARTH_CHECK_AS(
      ShapeError, target.dim() <= 1,
      "[cosine_embedding_loss] 0D or 1D target tensor expected, multi-target not supported; got ",
      target.sizes());
  const int64_t dim = target.dim();
  HEARTH_CHECK_AS(ShapeError, input1.dim() == dim + 1 && input2.dim() == dim + 1,
                  "[cosine_embedding_loss] ", dim, "D target tensor expects ", dim + 1,
                  "D input tensors, but found inputs with sizes ", input1.sizes(), " and ",
                  input2.sizes(), ".");
  constexpr double kEps = 1e-12;
  Tensor x1 = input1, x2 = input2;
  const AutocastAsOne cast(kInFloat, {&x1, &x2});
  const Tensor product = (x1 * x2).sum(dim);
  const Tensor square1 = (x1 * x1).sum(dim) + kEps;
  const Tensor square2 = (x2 * x2).sum(dim) + kEps;
  const Tensor cosine = product / (square1 * square2).sqrt();
  const Tensor each =
      where(target == 1, 1 - cosine, 0) + where(target == -1, (cosine - margin).clamp_min(0), 0);
  return reduced("cosine_embedding_loss", each, reduction);
}

Tensor hinge_embedding_loss(const Tensor& input, const Tensor& labels, double margin,
                            int64_t reduction) {
  Tensor self = input, target = labels;
  const AutocastAsOne cast(kInFloat, {&self, &target});
  // Both terms count where a target is neither 1 nor -1, as in PyTorch.
  const Tensor each =
      where(target != 1, (margin - self).clamp_min(0), 0) + where(target != -1, self, 0);
  return reduced("hinge_embedding_loss", each, reduction);
}

Tensor margin_ranking_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                           double margin, int64_t reduction) {
  HEARTH_CHECK_AS(ShapeError, input1.dim() == input2.dim() && input1.dim() == target.dim(),
                  "[margin_ranking_loss] : All input tensors should have same dimension but got "
                  "sizes: input1: ",
                  input1.sizes(), ", input2: ", input2.sizes(), ", target: ", target.sizes(), " ");
  Tensor x1 = input1, x2 = input2, y = target;
  const AutocastAsOne cast(kInFloat, {&x1, &x2, &y});
  const Tensor each = (-y * (x1 - x2) + margin).clamp_min(0);
  return reduced("margin_ranking_loss", each, reduction);
}

Tensor soft_margin_loss(const Tensor& input, const Tensor& labels, int64_t reduction) {
  Tensor self = input, target = labels;
  const AutocastAsOne cast(kInFloat, {&self, &target});
  const Tensor loss = (-target * self).exp().log1p();
  return reduced("soft_margin_loss", loss.to(self.scalar_type()), reduction);
}

Tensor multi_margin_loss(const Tensor& self, const Tensor& target, const Scalar& p,
                         const Scalar& margin, const std::optional<Tensor>& weight,
                         int64_t reduction) {
  constexpr std::string_view kOp = "multi_margin_loss";
  Tensor x = score_rows(kOp, self);
  const AutocastAsOne cast(kInFloat, {&x});
  const double power = p.to<double>();
  HEARTH_CHECK_AS(ValueError, power == 1 || power == 2, "[", kOp,
                  "] only p == 1 and p == 2 supported, got ", power);
  check_class_indices(kOp, target);
  HEARTH_CHECK_AS(ShapeError, target.dim() <= 1 && target.numel() == x.size(0), "[", kOp,
                  "] inconsistent target size, expected ", x.size(0), " but got ", target.sizes());
  const bool weighted = weight && weight->defined();
  HEARTH_CHECK_AS(ShapeError, !weighted || (weight->dim() <= 1 && weight->numel() == x.size(1)),
                  "[", kOp, "] inconsistent weight size, expected ", x.size(1), " but got ",
                  weighted ? weight->sizes() : IntArrayRef());

  const Tensor index = target.reshape({-1, 1});
  const Tensor excess = margin - x.gather(1, index) + x;
  const Tensor classes = arange(x.size(1), TensorOptions(kLong).device(x.device()));
  Tensor terms = where(excess.gt(0).logical_and(index.ne(classes)), excess, 0);
  if (power == 2) terms = terms * terms;
  if (weighted)
    terms = terms * weight->reshape({-1}).index_select(0, target.reshape({-1})).unsqueeze(1);
  const Tensor each = terms.sum(1) / static_cast<double>(x.size(1));
  return reduced(kOp, each.view(target.sizes()), reduction);
}

Tensor multilabel_margin_loss(const Tensor& self, const Tensor& target, int64_t reduction) {
  constexpr std::string_view kOp = "multilabel_margin_loss";
  const Tensor x = score_rows(kOp, self);
  check_class_indices(kOp, target);
  HEARTH_CHECK_AS(ShapeError,
                  target.numel() == self.numel() && target.dim() <= 2 &&
                      (self.dim() < 2 ? target.dim() < 2 : target.sizes() == self.sizes()),
                  "[", kOp, "] inconsistent target size: ", target.sizes(),
                  " for input of size: ", self.sizes());
  const Tensor each = invoke_n<2>(ops::MultilabelMarginLoss{}, x, target.reshape(x.sizes()))[0];
  return reduced(kOp, self.dim() < 2 ? each.squeeze(0) : each, reduction);
}

Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                           double margin, double p, double eps, bool swap, int64_t reduction) {
  HEARTH_CHECK_AS(ShapeError, anchor.dim() == positive.dim() && positive.dim() == negative.dim(),
                  "[triplet_margin_loss] The anchor, positive, and negative tensors are expected "
                  "to have the same number of dimensions, but got: anchor ",
                  anchor.dim(), "D, positive ", positive.dim(), "D, and negative ", negative.dim(),
                  "D inputs");
  Tensor a = anchor, near = positive, far = negative;
  const AutocastAsOne cast(kInFloat, {&a, &near, &far});
  const Tensor to_positive = pairwise_distance(a, near, p, eps);
  Tensor to_negative = pairwise_distance(a, far, p, eps);
  if (swap) to_negative = minimum(to_negative, pairwise_distance(near, far, p, eps));
  const Tensor each = (margin + to_positive - to_negative).clamp_min(0);
  return reduced("triplet_margin_loss", each, reduction);
}

Tensor poisson_nll_loss(const Tensor& rates, const Tensor& counts, bool log_input, bool full,
                        double eps, int64_t reduction) {
  Tensor input = rates, target = counts;
  const AutocastAsOne cast(kInFloat, {&input, &target});
  Tensor each = log_input ? input.exp() - target * input : input - target * (input + eps).log();
  if (full) {
    const Tensor stirling =
        target * target.log() - target + 0.5 * (2 * std::numbers::pi * target).log();
    each = each + stirling.masked_fill(target <= 1, 0);
  }
  return reduced("poisson_nll_loss", each, reduction);
}

}  // namespace hearth
