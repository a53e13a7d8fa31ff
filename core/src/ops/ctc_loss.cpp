// SPDX-License-Identifier: Apache-2.0
#include "ops/ctc_loss.h"

#include <algorithm>
#include <limits>

#include "hearth/ops/creation.h"
#include "hearth/ops/ctc_loss.h"
#include "hearth/ops/pointwise.h"
#include "hearth/tensor/tensor_literal.h"

#include "ops/index_checks.h"
#include "tensor/host_read.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(CtcLoss)
HEARTH_DEFINE_OP(CtcLossBackward)

namespace {

int64_t longest(const DimVector& lengths) {
  int64_t most = 0;
  for (int64_t n : lengths) most = std::max(most, n);
  return most;
}

void check_lengths(const DimVector& lengths, const char* name, int64_t batch, int64_t most) {
  HEARTH_CHECK_AS(ShapeError, static_cast<int64_t>(lengths.size()) == batch, "[ctc_loss] ", name,
                  " must be of size batch_size: expected ", batch, ", got ", lengths.size());
  for (int64_t n : lengths)
    HEARTH_CHECK_AS(ValueError, n >= 0 && n <= most, "[ctc_loss] Expected ", name,
                    " to have value at least 0 and at most ", most, ", but got value ", n);
}

/// What forward and backward ask of their fields, scores and targets.
template <class Op>
void check_call(const Op& op, const TensorImpl& x, const TensorImpl& t) {
  HEARTH_CHECK_AS(DtypeError, is_floating_point(x.dtype),
                  "[ctc_loss] expected floating log_probs, got ", x.dtype);
  HEARTH_CHECK_AS(DtypeError, t.dtype == kLong,
                  "[ctc_loss] expected targets of type Int or Long, got ", t.dtype);
  HEARTH_CHECK_AS(ShapeError, x.dim() == 3,
                  "[ctc_loss] expected log_probs of shape [T, N, C] or [T, C], got ",
                  x.sizes.ref());
  HEARTH_CHECK_AS(ShapeError, x.numel > 0, "[ctc_loss] log_probs tensor must not be empty, got ",
                  x.sizes.ref());
  const int64_t steps = x.sizes[0], batch = x.sizes[1], classes = x.sizes[2];
  HEARTH_CHECK_AS(ValueError, op.blank >= 0 && op.blank < classes,
                  "[ctc_loss] blank must be in label range [0, ", classes - 1, "], got ", op.blank);
  check_lengths(op.input_lengths, "input_lengths", batch, steps);
  check_lengths(op.target_lengths, "target_lengths", batch,
                std::numeric_limits<int64_t>::max() / 4);
  if (t.dim() == 1) {
    int64_t total = 0;
    for (int64_t n : op.target_lengths) {
      HEARTH_CHECK_AS(ShapeError, n <= t.numel - total, "[ctc_loss] targets of ", t.numel,
                      " labels are shorter than the sum of target_lengths");
      total += n;
    }
    HEARTH_CHECK_AS(ShapeError, total == t.numel, "[ctc_loss] Expected tensor to have size ", total,
                    " at dimension 0, but got size ", t.numel, " for the concatenated targets");
  } else {
    HEARTH_CHECK_AS(ShapeError, t.dim() == 2 && t.sizes[0] == batch,
                    "[ctc_loss] expected targets of shape [", batch,
                    ", longest target] or in one vector, got ", t.sizes.ref());
    HEARTH_CHECK_AS(ShapeError, t.sizes[1] >= longest(op.target_lengths),
                    "[ctc_loss] Expected tensor to have size at least ", longest(op.target_lengths),
                    " at dimension 1, but got size ", t.sizes[1], " for the targets");
  }
}

}  // namespace

int64_t CtcLoss::longest_target() const { return longest(target_lengths); }

Specs CtcLoss::infer(Args in) const {
  const TensorImpl& x = impl(in[0]);
  check_call(*this, x, impl(in[1]));
  const int64_t steps = x.sizes[0], batch = x.sizes[1];
  const ScalarType type = accumulate_type(x.dtype);
  Specs out(Spec({batch}, x.dtype, x.device), type);
  out.out.push_back(Spec({batch, steps, 2 * longest_target() + 1}, type, x.device));
  return out;
}

Grads CtcLoss::vjp(const Saved& s, Args g, NeedMask) const {
  Grads grads(2);
  if (g[0].defined())
    grads[0] = invoke(CtcLossBackward{input_lengths, target_lengths, blank, zero_infinity}, g[0],
                      s.in(0), s.in(1), s.out(0), s.out(1));
  return grads;
}

Specs CtcLossBackward::infer(Args in) const {
  const TensorImpl &x = impl(in[1]), &g = impl(in[0]), &loss = impl(in[3]), &alpha = impl(in[4]);
  check_call(*this, x, impl(in[2]));
  const DimVector losses{x.sizes[1]};
  const DimVector states{x.sizes[1], x.sizes[0], 2 * longest(target_lengths) + 1};
  HEARTH_CHECK_AS(ShapeError, g.sizes == losses && loss.sizes == losses && alpha.sizes == states,
                  "[ctc_loss_backward] gradient ", g.sizes.ref(), ", losses ", loss.sizes.ref(),
                  " and alphas ", alpha.sizes.ref(), " are not those of scores ", x.sizes.ref());
  return {Spec(x.sizes, x.dtype, x.device), accumulate_type(x.dtype)};
}

Grads CtcLossBackward::vjp(const Saved&, Args, NeedMask) const {
  throw NotImplementedError(
      "[ctc_loss] the derivative for 'ctc_loss_backward' is not implemented: ctc_loss has no "
      "second derivative");
}

}  // namespace ops

namespace {

std::vector<int64_t> as_list(const Tensor& lengths, const char* name) {
  HEARTH_CHECK_AS(DtypeError, is_integral(lengths.scalar_type()), "[ctc_loss] ", name,
                  " must be integral, got ", lengths.scalar_type());
  HEARTH_CHECK_AS(ShapeError, lengths.dim() <= 1, "[ctc_loss] ", name,
                  " must be 1-dimensional, got ", lengths.sizes());
  check_host_read("ctc_loss");
  const Tensor dense = lengths.detach().to(kCPU, kLong).reshape({-1}).contiguous();
  const int64_t* first = dense.data_ptr<int64_t>();
  return {first, first + dense.numel()};
}

}  // namespace

Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, IntArrayRef input_lengths,
                IntArrayRef target_lengths, int64_t blank, int64_t reduction, bool zero_infinity) {
  HEARTH_CHECK_AS(ValueError, reduction >= Reduction::None && reduction <= Reduction::Sum,
                  "[ctc_loss] ", reduction, " is not a valid value for reduction");
  const bool batched = log_probs.dim() != 2;
  const ops::CtcLoss op{DimVector(input_lengths), DimVector(target_lengths), blank, zero_infinity};
  Tensor each =
      invoke_n<2>(op, batched ? log_probs : log_probs.unsqueeze(1), ops::as_long(targets))[0];
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (zero_infinity) each = where(each == kInfinity, 0, each);
  if (reduction == Reduction::Sum) return each.sum();
  if (reduction == Reduction::None) return batched ? each : each.squeeze(0);
  std::vector<double> divisors;
  for (int64_t n : target_lengths) divisors.push_back(static_cast<double>(std::max<int64_t>(n, 1)));
  return (each / tensor(divisors, each.options())).mean();
}

Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                const Tensor& target_lengths, int64_t blank, int64_t reduction,
                bool zero_infinity) {
  return ctc_loss(log_probs, targets, as_list(input_lengths, "input_lengths"),
                  as_list(target_lengths, "target_lengths"), blank, reduction, zero_infinity);
}

}  // namespace hearth
