// SPDX-License-Identifier: Apache-2.0
#include "ops/loss.h"

#include "hearth/ops/creation.h"
#include "hearth/ops/loss.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/softmax.h"
#include "hearth/ops/view.h"

#include "ops/softmax.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(CrossEntropyLoss)
HEARTH_DEFINE_OP(CrossEntropyLossBackward)
HEARTH_DEFINE_OP(NllLoss)
HEARTH_DEFINE_OP(NllLossBackward)

ClassShape::ClassShape(const Tensor& input) {
  const DimVector& sizes = impl(input).sizes;
  dim = sizes.size() > 1 ? 1 : 0;
  classes = sizes[static_cast<size_t>(dim)];
  DimVector others = sizes;
  others.erase(static_cast<size_t>(dim));
  rows = checked_numel(others);
}

namespace {

bool probabilities(const Tensor& input, const Tensor& target) {
  return impl(input).sizes == impl(target).sizes;
}

DimVector row_sizes(const Tensor& input) {
  DimVector sizes = impl(input).sizes;
  sizes.erase(static_cast<size_t>(ClassShape(input).dim));
  return sizes;
}

void check_common(std::string_view op, const Tensor& input, const Tensor& weight,
                  int64_t reduction) {
  const TensorImpl& x = impl(input);
  HEARTH_CHECK_AS(DtypeError, is_floating_point(x.dtype), "[", op,
                  "] expected a floating input, got ", x.dtype);
  HEARTH_CHECK_AS(
      ShapeError, x.dim() > 0, "[", op,
      "] expected an input of shape [C], [N, C] or [N, C, d1, ...], got a 0-dim tensor");
  HEARTH_CHECK_AS(ValueError, reduction >= Reduction::None && reduction <= Reduction::Sum, "[", op,
                  "] ", reduction, " is not a valid value for reduction");
  if (!weight.defined()) return;
  const int64_t classes = ClassShape(input).classes;
  HEARTH_CHECK_AS(
      ShapeError, impl(weight).dim() == 1 && impl(weight).numel == classes, "[", op,
      "] weight tensor should be defined either for all ", classes,
      " classes or no classes but got weight tensor of shape: ", impl(weight).sizes.ref());
}

void check_indices(std::string_view op, const Tensor& input, const Tensor& target) {
  const TensorImpl &x = impl(input), &t = impl(target);
  HEARTH_CHECK_AS(DtypeError, is_integral(t.dtype), "[", op,
                  "] expected scalar type Long for the class indices in target, got ", t.dtype,
                  "; class probabilities must have the shape of the input");
  const DimVector want = row_sizes(input);
  if (t.sizes == want) return;
  HEARTH_CHECK_AS(ShapeError, x.dim() < 2 || t.dim() == 0 || t.sizes[0] == x.sizes[0], "[", op,
                  "] Expected input batch_size (", x.sizes[0], ") to match target batch_size (",
                  t.sizes[0], ").");
  throw ShapeError(cat_str("[", op, "] Expected target size ", want.ref(), ", got ", t.sizes.ref(),
                           ": size mismatch (got input: ", x.sizes.ref(),
                           ", target: ", t.sizes.ref(), ")"));
}

/// Checks the gradient of a loss.
void check_gradient(std::string_view op, const Tensor& g, const Tensor& input, const Tensor& weight,
                    int64_t reduction) {
  check_common(op, input, weight, reduction);
  const TensorImpl& t = impl(g);
  const bool fits = reduction == Reduction::None ? t.sizes == row_sizes(input) : t.numel == 1;
  HEARTH_CHECK_AS(ShapeError, fits, "[", op, "] a gradient of sizes ", t.sizes.ref(),
                  " does not belong to an input of sizes ", impl(input).sizes.ref());
}

Spec loss_spec(const Tensor& input, int64_t reduction) {
  DimVector sizes;
  if (reduction == Reduction::None) sizes = row_sizes(input);
  return Spec(std::move(sizes), impl(input).dtype, impl(input).device);
}

/// A vector [C] shaped to broadcast against the input.
Tensor by_class(const Tensor& v, const Tensor& input) {
  DimVector sizes(static_cast<size_t>(input.dim() - ClassShape(input).dim), 1);
  sizes[0] = v.numel();
  return v.view(sizes);
}

/// weight by class, or ones.
Tensor class_weights(const Tensor& weight, const Tensor& input) {
  if (weight.defined()) return by_class(weight.to(input.scalar_type()), input);
  return ones({}, input.options());
}

/// Where the target's class is, in the shape of the input; nowhere for ignored rows.
Tensor class_mask(const Tensor& target, const Tensor& input, int64_t ignore_index) {
  const ClassShape shape(input);
  const Tensor index = target.unsqueeze(shape.dim);
  const Tensor classes =
      by_class(arange(shape.classes, TensorOptions(kLong).device(input.device())), input);
  return index.eq(classes).logical_and(index.ne(ignore_index));
}

/// What each class's log-probability counts in the loss (negated), and the divisor of the mean.
struct SoftTarget {
  Tensor weights, divisor;
};

SoftTarget soft_target(const Tensor& input, const Tensor& target, const Tensor& weight,
                       int64_t ignore_index, double smoothing) {
  const ClassShape shape(input);
  const Tensor w = class_weights(weight, input);
  const double rest = smoothing / static_cast<double>(std::max<int64_t>(shape.classes, 1));
  if (probabilities(input, target)) {
    const Tensor t = target.to(input.scalar_type());
    return {w * (t * (1 - smoothing) + rest),
            full({}, static_cast<double>(shape.rows), input.options())};
  }
  const Tensor mask = class_mask(target, input, ignore_index);
  Tensor weights = where(mask, w * (1 - smoothing), 0);
  if (smoothing > 0)
    weights = weights + where(target.ne(ignore_index).unsqueeze(shape.dim), w * rest, 0);
  return {weights, where(mask, w, 0).sum()};
}

/// The second output of CrossEntropyLoss.
Tensor row_statistics(const Tensor& input, const Tensor& divisor) {
  const ClassShape shape(input);
  const Tensor x = input.to(accumulate_type(input.scalar_type()));
  const Tensor last = divisor.to(x.scalar_type()).view({1});
  if (shape.rows == 0 || shape.classes == 0) return cat({x.new_zeros({2 * shape.rows}), last});
  const Tensor most = x.amax(shape.dim, /*keepdim=*/true);
  const Tensor log_sum = (x - most).exp().sum(shape.dim, /*keepdim=*/true).log();
  return cat({stack({most.flatten(), log_sum.flatten()}, 1).flatten(), last});
}

/// Reduces one value per row.
Tensor reduce(const Tensor& rows, const Tensor& divisor, int64_t reduction) {
  if (reduction == Reduction::None) return rows;
  return reduction == Reduction::Sum ? rows.sum() : rows.sum() / divisor;
}

/// What each row's loss contributes to the gradient, shaped to broadcast against the input.
Tensor row_grad(const Tensor& g, const Tensor& input, const Tensor& divisor, int64_t reduction) {
  if (reduction == Reduction::None) return g.unsqueeze(ClassShape(input).dim);
  return reduction == Reduction::Sum ? g : g / divisor;
}

}  // namespace

Specs CrossEntropyLoss::infer(Args in) const {
  const Tensor &input = in[0], &target = in[1], &weight = in[2];
  check_common(info.name, input, weight, reduction);
  HEARTH_CHECK_AS(ValueError, label_smoothing >= 0 && label_smoothing <= 1, "[", info.name,
                  "] label_smoothing must be between 0.0 and 1.0. Got: ", label_smoothing);
  if (probabilities(input, target)) {
    HEARTH_CHECK_AS(DtypeError, is_floating_point(impl(target).dtype), "[", info.name,
                    "] Expected floating point type for target with class probabilities, got ",
                    impl(target).dtype);
    HEARTH_CHECK_AS(ValueError, ignore_index < 0, "[", info.name,
                    "] ignore_index is not supported for floating point target");
  } else {
    check_indices(info.name, input, target);
  }
  const ScalarType type = accumulate_type(impl(input).dtype);
  Specs out(loss_spec(input, reduction), type);
  out.out.push_back(Spec({2 * ClassShape(input).rows + 1}, type, impl(input).device));
  return out;
}

Tensors CrossEntropyLoss::decompose(Args in) const {
  const Tensor &input = in[0], &target = in[1], &weight = in[2];
  const ClassShape shape(input);
  const SoftTarget soft = soft_target(input, target, weight, ignore_index, label_smoothing);
  const Tensor logp = log_softmax(input, shape.dim);
  Tensor terms = soft.weights * logp;
  // A class that counts nothing may have probability zero.
  if (!probabilities(input, target)) terms = where(soft.weights.eq(0), 0, terms);
  return {reduce(-terms.sum(shape.dim), soft.divisor, reduction),
          row_statistics(input.detach(), soft.divisor)};
}

Grads CrossEntropyLoss::vjp(const Saved& s, Args g, NeedMask need) const {
  const Tensor input = s.in(0), target = s.in(1), weight = s.in(2);
  Grads grads(3);
  if (!g[0].defined()) return grads;
  if (need[0])
    grads[0] = invoke(CrossEntropyLossBackward{reduction, ignore_index, label_smoothing}, g[0],
                      input, target, weight, s.out(1));
  if (need[1]) {
    const ClassShape shape(input);
    const Tensor rows = full({}, static_cast<double>(shape.rows), input.options());
    grads[1] = -(row_grad(g[0], input, rows, reduction) * class_weights(weight, input) *
                 (1 - label_smoothing) * log_softmax(input, shape.dim));
  }
  return grads;
}

Specs CrossEntropyLossBackward::infer(Args in) const {
  check_gradient(info.name, in[0], in[1], in[3], reduction);
  return {Spec::like(in[1]), accumulate_type(impl(in[1]).dtype)};
}

Tensors CrossEntropyLossBackward::decompose(Args in) const {
  const Tensor &g = in[0], &input = in[1], &target = in[2], &weight = in[3];
  const ClassShape shape(input);
  const SoftTarget soft = soft_target(input, target, weight, ignore_index, label_smoothing);
  const Tensor total = soft.weights.sum(shape.dim, /*keepdim=*/true);
  return {row_grad(g, input, soft.divisor, reduction) *
          (softmax(input, shape.dim) * total - soft.weights)};
}

Specs NllLoss::infer(Args in) const {
  check_common(info.name, in[0], in[2], reduction);
  check_indices(info.name, in[0], in[1]);
  const ScalarType type = accumulate_type(impl(in[0]).dtype);
  Specs out(loss_spec(in[0], reduction), type);
  out.out.push_back(Spec({}, type, impl(in[0]).device));
  return out;
}

Tensors NllLoss::decompose(Args in) const {
  const Tensor &input = in[0], &target = in[1], &weight = in[2];
  const Tensor mask = class_mask(target, input, ignore_index);
  const Tensor w = class_weights(weight, input);
  const Tensor total = where(mask, w, 0).sum();
  const Tensor rows = -where(mask, input * w, 0).sum(ClassShape(input).dim);
  return {reduce(rows, total, reduction), total.to(accumulate_type(input.scalar_type()))};
}

Grads NllLoss::vjp(const Saved& s, Args g, NeedMask need) const {
  Grads grads(3);
  if (need[0] && g[0].defined())
    grads[0] =
        invoke(NllLossBackward{reduction, ignore_index}, g[0], s.in(0), s.in(1), s.in(2), s.out(1));
  return grads;
}

Specs NllLossBackward::infer(Args in) const {
  check_gradient(info.name, in[0], in[1], in[3], reduction);
  return {Spec::like(in[1]), accumulate_type(impl(in[1]).dtype)};
}

Tensors NllLossBackward::decompose(Args in) const {
  const Tensor &g = in[0], &input = in[1], &target = in[2], &weight = in[3], &total = in[4];
  const Tensor mask = class_mask(target, input, ignore_index);
  const Tensor divisor = total.detach().to(input.scalar_type());
  return {-(where(mask, class_weights(weight, input), 0) * row_grad(g, input, divisor, reduction))};
}

}  // namespace ops

Tensor cross_entropy_loss(const Tensor& self, const Tensor& target,
                          const std::optional<Tensor>& weight, int64_t reduction,
                          int64_t ignore_index, double label_smoothing) {
  return invoke_n<2>(ops::CrossEntropyLoss{reduction, ignore_index, label_smoothing}, self, target,
                     weight.value_or(Tensor()))[0];
}

Tensor nll_loss(const Tensor& self, const Tensor& target, const std::optional<Tensor>& weight,
                int64_t reduction, int64_t ignore_index) {
  return invoke_n<2>(ops::NllLoss{reduction, ignore_index}, self, target,
                     weight.value_or(Tensor()))[0];
}
Tensor nll_loss_nd(const Tensor& self, const Tensor& target, const std::optional<Tensor>& weight,
                   int64_t reduction, int64_t ignore_index) {
  return nll_loss(self, target, weight, reduction, ignore_index);
}
Tensor nll_loss2d(const Tensor& self, const Tensor& target, const std::optional<Tensor>& weight,
                  int64_t reduction, int64_t ignore_index) {
  return nll_loss(self, target, weight, reduction, ignore_index);
}

}  // namespace hearth
