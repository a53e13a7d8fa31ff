// SPDX-License-Identifier: Apache-2.0
#include "hearth/optim/adafactor.h"

#include <algorithm>
#include <cmath>

#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"

#include "optim/optimizer_of.h"

namespace hearth::optim {

HEARTH_DEFINE_OPTIMIZER(AdafactorOptions, AdafactorParamState)

namespace {

/// The distance from 1 to the next number.
double epsilon_of(ScalarType type) {
  switch (type) {
    case kBFloat16:
      return 0x1p-7;
    case kHalf:
      return 0x1p-10;
    case kFloat:
      return 0x1p-23;
    default:
      return 0x1p-52;
  }
}

double rms(const Tensor& t) {
  return norm(t).item<double>() / std::sqrt(static_cast<double>(t.numel()));
}

/// Mixes the mean of squares along dim into the average kept of it.
void average_squares(Tensor& kept, const Tensor& g, int64_t dim, double weight) {
  const Tensor mean = norm(g, 2, {dim}, /*keepdim=*/true).square_().div_(g.size(dim));
  if (!kept.defined()) kept = zeros_like(mean);
  kept.lerp_(mean, weight);
}

}  // namespace

void AdafactorOptions::check() const {
  check_not_negative("Adafactor", "learning rate", lr());
  check_not_negative("Adafactor", "weight_decay value", weight_decay());
  HEARTH_CHECK_AS(ValueError, beta2_decay() <= 0,
                  "[Adafactor] Invalid beta2_decay value: ", beta2_decay(), "; expected 0 or less");
  check_not_negative("Adafactor", "epsilon1", std::get<0>(eps()).value_or(0));
  check_not_negative("Adafactor", "epsilon2", std::get<1>(eps()));
  HEARTH_CHECK_AS(ValueError, d() >= 1, "[Adafactor] Invalid clipping threshold d: ", d(),
                  "; expected 1 or more");
}

void Adafactor::update(const AdafactorOptions& o, const std::vector<Tensor>& params) {
  for (const Tensor& p : params) {
    AdafactorParamState& state = state_of(p);
    HEARTH_CHECK_AS(DtypeError, !p.is_complex(),
                    "[Adafactor] expected real parameters, got one of type ", p.scalar_type());
    state.step(state.step() + 1);
    const auto n = static_cast<double>(state.step());
    const double eps1 = std::get<0>(o.eps()).value_or(epsilon_of(p.scalar_type()));
    const double rate = std::min(o.lr(), 1 / std::sqrt(n)) * std::max(std::get<1>(o.eps()), rms(p));
    const Tensor g = gradient_of(p, 0, o.maximize());
    if (o.weight_decay() != 0) p.mul_(1 - o.lr() * o.weight_decay());
    const double weight = std::pow(n, o.beta2_decay());
    Tensor estimate;
    if (g.dim() > 1) {
      average_squares(state.row_var(), g, -1, weight);
      average_squares(state.col_var(), g, -2, weight);
      const Tensor mean = state.row_var().mean({-2}, /*keepdim=*/true).clamp_(eps1);
      estimate = state.row_var().mul(state.col_var()).div_(mean);
    } else {
      estimate = zeros_once(state.variance(), p).lerp_(g.square(), weight).clone();
    }
    const Tensor step = estimate.clamp_(eps1 * eps1).rsqrt_().mul_(g);
    p.add_(step, -rate / std::max(1.0, rms(step) / o.d()));
  }
}

}  // namespace hearth::optim
