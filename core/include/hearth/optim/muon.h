// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <tuple>

#include "hearth/optim/optimizer_of.h"

namespace hearth::optim {

/// Options of Muon.
struct HEARTH_API MuonOptions : OptimizerOptionsOf<MuonOptions> {
  MuonOptions(double lr = 1e-3) : lr_(lr) {}
  void check() const override;
  HEARTH_ARG(double, lr);
  /// Every step first scales the parameter by 1 - lr * weight_decay.
  HEARTH_ARG(double, weight_decay) = 0.1;
  HEARTH_ARG(double, momentum) = 0.95;
  HEARTH_ARG(bool, nesterov) = true;
  using ns_coefficients_t = std::tuple<double, double, double>;
  /// Of the polynomial that is iterated: a x + b x^3 + c x^5, of singular values.
  HEARTH_ARG(ns_coefficients_t, ns_coefficients) = std::make_tuple(3.4445, -4.7750, 2.0315);
  /// The least norm that a step is divided by.
  HEARTH_ARG(double, eps) = 1e-7;
  HEARTH_ARG(int64_t, ns_steps) = 5;
  /// How the rate depends on a matrix's sizes [A, B]: "original", sqrt(max(1, A / B)), the default;
  /// "match_rms_adamw", 0.2 * sqrt(max(A, B)); or "spectral_unclamped", sqrt(A / B).
  HEARTH_ARG(std::optional<std::string>, adjust_lr_fn);
};

/// What Muon keeps for a parameter.
struct HEARTH_API MuonParamState : OptimizerStateOf<MuonParamState> {
  HEARTH_ARG(Tensor, momentum_buffer);
};

/// Muon (torch.optim.Muon; Jordan et al. 2024), for the matrices of hidden layers: steps by the
/// momentum made orthogonal (all its singular values near 1), by Newton-Schulz iterations in
/// bfloat16. Other parameters need another optimizer.
class HEARTH_API Muon : public OptimizerOf<MuonOptions, MuonParamState> {
 public:
  explicit Muon(std::vector<OptimizerParamGroup> groups, MuonOptions defaults = {});
  explicit Muon(std::vector<Tensor> params, MuonOptions defaults = {});

 protected:
  void update(const MuonOptions& options, const std::vector<Tensor>& params) override;
};

}  // namespace hearth::optim
