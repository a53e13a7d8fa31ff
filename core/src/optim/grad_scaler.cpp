// SPDX-License-Identifier: Apache-2.0
#include "hearth/optim/grad_scaler.h"

#include <cmath>

#include "hearth/autograd/grad_mode.h"
#include "hearth/io/archive.h"
#include "hearth/nn/utils.h"

namespace hearth {

namespace {

void check_scale(const char* name, double scale) {
  HEARTH_CHECK_AS(ValueError, scale > 0 && std::isfinite(scale), "[GradScaler] ", name,
                  " is positive, got ", scale);
}
void check(const GradScalerOptions& o) {
  HEARTH_CHECK_AS(ValueError, o.growth_factor() > 1,
                  "[GradScaler] The growth factor must be > 1.0, got ", o.growth_factor());
  HEARTH_CHECK_AS(ValueError, o.backoff_factor() > 0 && o.backoff_factor() < 1,
                  "[GradScaler] The backoff factor must be < 1.0 and positive, got ",
                  o.backoff_factor());
  HEARTH_CHECK_AS(ValueError, o.growth_interval() > 0,
                  "[GradScaler] growth_interval is positive, got ", o.growth_interval());
}

}  // namespace

GradScaler::GradScaler(GradScalerOptions options)
    : options_(std::move(options)), scale_(options_.init_scale()) {
  check_scale("init_scale", scale_);
  check(options_);
}

void GradScaler::set_growth_factor(double factor) {
  check(GradScalerOptions(options_).growth_factor(factor));
  options_.growth_factor(factor);
}
void GradScaler::set_backoff_factor(double factor) {
  check(GradScalerOptions(options_).backoff_factor(factor));
  options_.backoff_factor(factor);
}
void GradScaler::set_growth_interval(int64_t interval) {
  check(GradScalerOptions(options_).growth_interval(interval));
  options_.growth_interval(interval);
}

GradScaler::Seen* GradScaler::seen(const optim::Optimizer& optimizer) {
  for (Seen& s : seen_)
    if (s.optimizer == &optimizer) return &s;
  return nullptr;
}

Tensor GradScaler::scale(const Tensor& loss) const {
  return options_.enabled() ? loss.mul(scale_) : loss;
}

void GradScaler::unscale_(optim::Optimizer& optimizer) {
  if (!options_.enabled()) return;
  HEARTH_CHECK(!seen(optimizer),
               "[GradScaler] unscale_() has already been called on this optimizer since the last "
               "update().");
  NoGradGuard no_grad;
  std::vector<Tensor> grads;
  for (const optim::OptimizerParamGroup& group : optimizer.param_groups())
    for (const Tensor& p : group.params()) {
      if (!p.grad().defined()) continue;
      HEARTH_CHECK_AS(DtypeError, p.grad().scalar_type() != kHalf,
                      "[GradScaler] Attempting to unscale FP16 gradients; keep parameters in "
                      "float32 and run steps under Autocast");
      grads.push_back(p.grad());
    }
  for (Tensor& g : grads) g.mul_(1 / scale_);
  const double largest =
      nn::utils::get_total_norm(grads, std::numeric_limits<double>::infinity()).item<double>();
  seen_.push_back({&optimizer, std::isfinite(largest), false});
}

bool GradScaler::step(optim::Optimizer& optimizer) {
  if (!options_.enabled()) {
    optimizer.step();
    return true;
  }
  if (!seen(optimizer)) unscale_(optimizer);
  Seen& s = *seen(optimizer);
  HEARTH_CHECK(!s.stepped, "[GradScaler] step() has already been called since the last update().");
  s.stepped = true;
  if (s.finite) optimizer.step();
  return s.finite;
}

void GradScaler::update(std::optional<double> new_scale) {
  if (!options_.enabled()) return;
  if (new_scale) {
    check_scale("new_scale", *new_scale);
    scale_ = *new_scale;
    seen_.clear();
    return;
  }
  HEARTH_CHECK(!seen_.empty(), "[GradScaler] update() without a step() or unscale_() before it");
  bool finite = true;
  for (const Seen& s : seen_) finite &= s.finite;
  seen_.clear();
  if (!finite) {
    scale_ *= options_.backoff_factor();
    growth_tracker_ = 0;
  } else if (++growth_tracker_ == options_.growth_interval()) {
    // Not beyond what a float32 loss can be multiplied by.
    const double grown = scale_ * options_.growth_factor();
    if (std::isfinite(static_cast<float>(grown))) scale_ = grown;
    growth_tracker_ = 0;
  }
}

void GradScaler::save(serialize::OutputArchive& archive) const {
  archive.write("scale", scale_);
  archive.write("growth_factor", options_.growth_factor());
  archive.write("backoff_factor", options_.backoff_factor());
  archive.write("growth_interval", options_.growth_interval());
  archive.write("_growth_tracker", growth_tracker_);
}

void GradScaler::load(serialize::InputArchive& archive) {
  archive.read("scale", scale_);
  archive.read("growth_factor", options_.growth_factor());
  archive.read("backoff_factor", options_.backoff_factor());
  archive.read("growth_interval", options_.growth_interval());
  archive.read("_growth_tracker", growth_tracker_);
}

}  // namespace hearth
