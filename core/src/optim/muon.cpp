// SPDX-License-Identifier: Apache-2.0
#include "hearth/optim/muon.h"

#include <algorithm>
#include <cmath>

#include "hearth/ops/linalg.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"

#include "optim/optimizer_of.h"

namespace hearth::optim {

HEARTH_DEFINE_OPTIMIZER(MuonOptions, MuonParamState)

void MuonOptions::check() const {
  check_not_negative("Muon", "learning rate", lr());
  check_not_negative("Muon", "momentum value", momentum());
  check_not_negative("Muon", "weight_decay value", weight_decay());
  check_not_negative("Muon", "epsilon value", eps());
  HEARTH_CHECK_AS(ValueError, ns_steps() >= 0 && ns_steps() < 100,
                  "[Muon] expected ns_steps in [0, 100), got ", ns_steps());
  const std::string how = adjust_lr_fn().value_or("original");
  HEARTH_CHECK_AS(
      ValueError, how == "original" || how == "match_rms_adamw" || how == "spectral_unclamped",
      "[Muon] expected adjust_lr_fn \"original\", \"match_rms_adamw\" or \"spectral_unclamped\", "
      "got \"",
      how, "\"");
}

namespace {

void check_matrix(const Tensor& p) {
  HEARTH_CHECK_AS(ValueError, p.dim() == 2 && !p.is_complex(),
                  "[Muon] only supports real parameters of two dims, got one of type ",
                  p.scalar_type(), " and sizes ", p.sizes());
}
void check_matrices(const Optimizer& optimizer) {
  for (const OptimizerParamGroup& group : optimizer.param_groups())
    for (const Tensor& p : group.params()) check_matrix(p);
}

/// The matrix with its singular values all brought near 1, by Newton-Schulz iterations.
Tensor orthogonalized(const Tensor& matrix, const MuonOptions& o) {
  const auto [a, b, c] = o.ns_coefficients();
  const bool tall = matrix.size(0) > matrix.size(1);
  Tensor x = matrix.to(kBFloat16);
  if (tall) x = x.t();
  x = x.div(norm(x).clamp_(o.eps()));
  for (int64_t i = 0; i < o.ns_steps(); ++i) {
    const Tensor gram = x.matmul(x.t());
    x = x.addmm(gram.addmm(gram, gram, b, c), x, a);
  }
  return tall ? x.t() : x;
}

double adjustment(const Tensor& p, const MuonOptions& o) {
  const auto rows = static_cast<double>(p.size(0)), columns = static_cast<double>(p.size(1));
  const std::string how = o.adjust_lr_fn().value_or("original");
  if (how == "match_rms_adamw") return 0.2 * std::sqrt(std::max(rows, columns));
  return std::sqrt(how == "original" ? std::max(1.0, rows / columns) : rows / columns);
}

}  // namespace

Muon::Muon(std::vector<OptimizerParamGroup> groups, MuonOptions defaults)
    : OptimizerOf(std::move(groups), std::move(defaults)) {
  check_matrices(*this);
}
Muon::Muon(std::vector<Tensor> params, MuonOptions defaults)
    : Muon(one_group(std::move(params)), std::move(defaults)) {}

void Muon::update(const MuonOptions& o, const std::vector<Tensor>& params) {
  for (const Tensor& p : params) {
    check_matrix(p);  // groups may have been added later
    if (p.numel() == 0) continue;
    const Tensor& g = p.grad();
    const Tensor& buffer = zeros_once(state_of(p).momentum_buffer(), p);
    buffer.lerp_(g, 1 - o.momentum());
    const Tensor step = orthogonalized(o.nesterov() ? g.lerp(buffer, o.momentum()) : buffer, o);
    p.mul_(1 - o.lr() * o.weight_decay()).add_(step, -o.lr() * adjustment(p, o));
  }
}

}  // namespace hearth::optim
