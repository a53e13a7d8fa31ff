// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/optim/optimizer.h"

namespace hearth {

struct GradScalerOptions {
  HEARTH_ARG(double, init_scale) = 65536;
  HEARTH_ARG(double, growth_factor) = 2;
  HEARTH_ARG(double, backoff_factor) = 0.5;
  /// Steps in a row without inf or NaN after which the scale grows.
  HEARTH_ARG(int64_t, growth_interval) = 2000;
  HEARTH_ARG(bool, enabled) = true;
};

/// Keeps small gradients of float16 above zero: multiplies the loss by a scale, divides gradients
/// by it before the step, and leaves out steps whose gradients have become infinite or NaN, with a
/// smaller scale from then on (torch.amp.GradScaler).
///
///     scaler.scale(loss).backward();
///     scaler.unscale_(optimizer);                       // only to see or clip the gradients
///     nn::utils::clip_grad_norm_(net->parameters(), 1);
///     scaler.step(optimizer);
///     scaler.update();
class HEARTH_API GradScaler {
 public:
  /// Throws ValueError for factors that would not grow or shrink the scale.
  explicit GradScaler(GradScalerOptions options = {});

  Tensor scale(const Tensor& loss) const;
  /// Divides the optimizer's gradients by the scale; once per step.
  void unscale_(optim::Optimizer& optimizer);
  /// Steps, unscaling first if that has not been done. Returns whether the step was taken.
  bool step(optim::Optimizer& optimizer);
  /// Adjusts the scale, after all optimizers have stepped; with `new_scale`, sets it.
  void update(std::optional<double> new_scale = {});

  double get_scale() const { return options_.enabled() ? scale_ : 1; }
  bool is_enabled() const { return options_.enabled(); }
  double get_growth_factor() const { return options_.growth_factor(); }
  double get_backoff_factor() const { return options_.backoff_factor(); }
  int64_t get_growth_interval() const { return options_.growth_interval(); }
  void set_growth_factor(double factor);
  void set_backoff_factor(double factor);
  void set_growth_interval(int64_t interval);
  const GradScalerOptions& options() const { return options_; }
  void save(serialize::OutputArchive& archive) const;
  void load(serialize::InputArchive& archive);

 private:
  struct Seen {
    const optim::Optimizer* optimizer;
    bool finite, stepped;
  };
  Seen* seen(const optim::Optimizer& optimizer);

  GradScalerOptions options_;
  double scale_;
  int64_t growth_tracker_ = 0;
  std::vector<Seen> seen_;  ///< since the last update
};

}  // namespace hearth
