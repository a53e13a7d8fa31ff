// SPDX-License-Identifier: Apache-2.0
#include "ops/element_loss.h"

#include "hearth/ops/loss.h"
#include "hearth/ops/pointwise.h"

#include "autograd/autocast_modes.h"
#include "pointwise/rows.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(ElementLoss)

namespace {

DimVector broadcast_sizes(Args in) {
  DimVector sizes = impl(in[0]).sizes;
  for (size_t i = 1; i < in.size(); ++i)
    sizes = broadcast_shapes(sizes, impl(in[i]).sizes, ElementLoss::info.name);
  return sizes;
}

Tensor reduce_elements(const Tensor& each, int64_t reduction) {
  if (reduction == Reduction::None) return each;
  const Tensor sum = each.sum();
  return reduction == Reduction::Sum ? sum : sum / static_cast<double>(each.numel());
}

}  // namespace

Specs ElementLoss::infer(Args in) const {
  HEARTH_CHECK_AS(ValueError, reduction >= Reduction::None && reduction <= Reduction::Sum, "[",
                  info.name, "] ", reduction, " is not a valid value for reduction");
  const OpTable& row = pointwise_row(loss);
  const auto& each = *static_cast<const PointwiseInfo*>(row.extra);
  bool fits = each.arity == in.size() && each.result != PointwiseResult::BOOL;
  for (size_t k = 0; fits && k < in.size(); ++k)
    fits = pointwise_backward_row(loss, static_cast<int>(k)) != nullptr;
  HEARTH_CHECK_AS(ValueError, fits, "[", info.name, "] ", row.info.name, " is not a loss of ",
                  in.size(), " tensors");
  const ScalarType type = result_type(in);
  HEARTH_CHECK_AS(DtypeError, is_floating_point(type), "[", info.name,
                  "] expected floating tensors, got ", type);
  DimVector sizes = broadcast_sizes(in);
  Spec out({}, type, impl(in[0]).device);
  if (reduction == Reduction::None) {
    if (sizes == impl(in[0]).sizes) out = Spec::like(in[0], type);
    out.sizes = std::move(sizes);
  }
  return {std::move(out), accumulate_type(type)};
}

Saves ElementLoss::saves(NeedMask) const {
  return {.in = loss == PointwiseOp::bce_with_logits_weighted ? 0b111u : 0b11u};
}

Tensors ElementLoss::decompose(Args in) const {
  const Pointwise fields{.p0 = parameter};
  Tensor each;
  invoke({pointwise_row(loss), &fields, in, {&each, 1}, Bind::Fresh});
  return {reduce_elements(each, reduction)};
}

Grads ElementLoss::vjp(const Saved& s, Args g, NeedMask need) const {
  const size_t n = s.num_inputs();
  Tensors inputs;
  InlineVector<const Tensor*, 4> pointers;
  for (size_t k = 0; k < n; ++k) inputs.push_back(s.in(k));
  for (const Tensor& t : inputs) pointers.push_back(&t);
  const DimVector sizes = broadcast_sizes({pointers.data(), n});
  Tensor each = g[0];
  if (reduction == Reduction::Mean) each = each / static_cast<double>(checked_numel(sizes));
  // What the inputs share of it was broadcast; the gradient has the full sizes.
  each = each.expand(sizes);

  const Pointwise fields{.p0 = parameter};
  Grads grads(n);
  for (size_t k = 0; k < n; ++k) {
    if (!need[k]) continue;
    OpTable* row = pointwise_backward_row(loss, static_cast<int>(k));
    const unsigned reads =
        static_cast<const PointwiseBackwardInfo*>(row->extra)->forward->reads.by[k];
    InlineVector<const Tensor*, 4> args;
    args.push_back(&each);
    for (size_t j = 0; j < n; ++j)
      if (reads & (kReadsA << j)) args.push_back(&inputs[j]);
    invoke({*row, &fields, {args.data(), args.size()}, {&grads[k], 1}, Bind::Fresh});
  }
  return grads;
}

}  // namespace ops

namespace {

/// The loss times `weight`, when there is one, which changes neither its sizes nor its type.
template <class... T>
Tensor element_loss(PointwiseOp loss, double parameter, int64_t reduction,
                    const std::optional<Tensor>& weight, const T&... in) {
  if (!weight || !weight->defined())
    return invoke(ops::ElementLoss{loss, parameter, reduction}, in...);
  const Tensor each = invoke(ops::ElementLoss{loss, parameter, Reduction::None}, in...);
  return ops::reduce_elements(each.mul_(*weight), reduction);
}

}  // namespace

Tensor mse_loss(const Tensor& self, const Tensor& target, int64_t reduction) {
  return element_loss(PointwiseOp::squared_error, 0, reduction, {}, self, target);
}
Tensor l1_loss(const Tensor& self, const Tensor& target, int64_t reduction) {
  if (!is_floating_point(result_type(self, target))) {
    const Tensor each = abs(self - target);
    return reduction == Reduction::Mean ? each.mean() : ops::reduce_elements(each, reduction);
  }
  return element_loss(PointwiseOp::absolute_error, 0, reduction, {}, self, target);
}
Tensor smooth_l1_loss(const Tensor& self, const Tensor& target, int64_t reduction, double beta) {
  HEARTH_CHECK_AS(ValueError, beta >= 0,
                  "[smooth_l1_loss] smooth_l1_loss does not support negative values for beta, got ",
                  beta);
  if (beta == 0) return l1_loss(self, target, reduction);
  return element_loss(PointwiseOp::smooth_l1, beta, reduction, {}, self, target);
}
Tensor huber_loss(const Tensor& self, const Tensor& target, int64_t reduction, double delta) {
  HEARTH_CHECK_AS(ValueError, delta > 0,
                  "[huber_loss] huber_loss does not support non-positive values for delta, got ",
                  delta);
  Tensor x = self, y = target;
  const AutocastAsOne cast({Cast::Float32, Cast::Float32}, {&x, &y});
  return element_loss(PointwiseOp::huber, delta, reduction, {}, x, y).to(x.scalar_type());
}
Tensor binary_cross_entropy(const Tensor& self, const Tensor& target,
                            const std::optional<Tensor>& weight, int64_t reduction) {
  // Probabilities of a half type have lost what tells them from 0 and 1.
  HEARTH_CHECK(
      !self.is_cuda() || !is_autocast_enabled(kCUDA),
      "[binary_cross_entropy] is unsafe under autocast on CUDA; leave out the sigmoid, and "
      "use binary_cross_entropy_with_logits");
  HEARTH_CHECK_AS(DtypeError, self.scalar_type() == target.scalar_type(),
                  "[binary_cross_entropy] Found dtype ", target.scalar_type(), " but expected ",
                  self.scalar_type(), ": the target's type must be the input's");
  if (self.sizes() == target.sizes())
    return element_loss(PointwiseOp::bce, 0, reduction, weight, self, target);
  // Dims of size one do not count: [N, 1] goes with [N].
  const Tensor matched = target.squeeze().expand(self.squeeze().sizes()).reshape(self.sizes());
  return element_loss(PointwiseOp::bce, 0, reduction, weight, self, matched);
}
Tensor binary_cross_entropy_with_logits(const Tensor& self, const Tensor& target,
                                        const std::optional<Tensor>& weight,
                                        const std::optional<Tensor>& pos_weight,
                                        int64_t reduction) {
  HEARTH_CHECK_AS(ShapeError, self.sizes() == target.sizes(),
                  "[binary_cross_entropy_with_logits] target size (", target.sizes(),
                  ") must be the same as input size (", self.sizes(), ")");
  HEARTH_CHECK_AS(DtypeError, is_floating_point(target.scalar_type()),
                  "[binary_cross_entropy_with_logits] expected a floating target, got one of type ",
                  target.scalar_type());
  Tensor x = self, y = target;
  const AutocastAsOne cast({Cast::Float32, Cast::Float32}, {&x, &y});
  const auto as_target = [&](const Tensor& loss) { return loss.to(y.scalar_type()); };
  if (pos_weight && pos_weight->defined())
    return as_target(element_loss(PointwiseOp::bce_with_logits_weighted, 0, reduction, weight, x, y,
                                  *pos_weight));
  return as_target(element_loss(PointwiseOp::bce_with_logits, 0, reduction, weight, x, y));
}
Tensor kl_div(const Tensor& self, const Tensor& target, int64_t reduction, bool log_target) {
  return element_loss(log_target ? PointwiseOp::kl_div_log : PointwiseOp::kl_div, 0, reduction, {},
                      self, target);
}

}  // namespace hearth
