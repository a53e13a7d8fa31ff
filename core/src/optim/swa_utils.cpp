// SPDX-License-Identifier: Apache-2.0
#include "hearth/optim/swa_utils.h"

#include <algorithm>
#include <cmath>

#include "hearth/autograd/grad_mode.h"
#include "hearth/nn/modules/normalization.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"

#include "optim/schedulers/per_group.h"
#include "optim/weight_average.h"

namespace hearth::optim::swa_utils {

namespace {

void check_decay(double decay) {
  HEARTH_CHECK_AS(ValueError, decay >= 0 && decay <= 1, "[get_ema_avg_fn] Invalid decay value ",
                  decay, "; expected a value in [0, 1]");
}

MultiAvgFn one_by_one(AvgFn f) {
  return [f](const std::vector<Tensor>& averaged, const std::vector<Tensor>& current, int64_t n) {
    for (size_t i = 0; i < averaged.size(); ++i) averaged[i].copy_(f(averaged[i], current[i], n));
  };
}

/// Moves every average towards the model's tensor by weight(n); `f` does so for integers.
MultiAvgFn all_by_lerp(Callable<double(int64_t)> weight, AvgFn f) {
  return [=](const std::vector<Tensor>& averaged, const std::vector<Tensor>& current, int64_t n) {
    for (size_t i = 0; i < averaged.size(); ++i) {
      if (is_differentiable(averaged[i].scalar_type())) {
        averaged[i].lerp_(current[i], weight(n));
      } else {
        averaged[i].copy_(f(averaged[i], current[i], n));
      }
    }
  };
}

}  // namespace

AvgFn get_swa_avg_fn() {
  return [](const Tensor& averaged, const Tensor& current, int64_t n) {
    return averaged + (current - averaged) / (n + 1);
  };
}
MultiAvgFn get_swa_multi_avg_fn() {
  return all_by_lerp([](int64_t n) { return 1 / static_cast<double>(n + 1); }, get_swa_avg_fn());
}
AvgFn get_ema_avg_fn(double decay) {
  check_decay(decay);
  return [decay](const Tensor& averaged, const Tensor& current, int64_t) {
    return averaged * decay + current * (1 - decay);
  };
}
MultiAvgFn get_ema_multi_avg_fn(double decay) {
  return all_by_lerp([decay](int64_t) { return 1 - decay; }, get_ema_avg_fn(decay));
}

MultiAvgFn average_function(const AveragedModelOptions& options) {
  HEARTH_CHECK_AS(ValueError, !options.avg_fn() || !options.multi_avg_fn(),
                  "[AveragedModel] only one of avg_fn and multi_avg_fn should be provided");
  if (options.multi_avg_fn()) return options.multi_avg_fn();
  return one_by_one(options.avg_fn() ? options.avg_fn() : get_swa_avg_fn());
}

void update_average(std::vector<Tensor> averaged, const std::vector<Tensor>& copies,
                    const nn::Module& model, int64_t n, const MultiAvgFn& average,
                    bool use_buffers) {
  const NoGradGuard no_grad;
  std::vector<Tensor> current = model.parameters();
  const std::vector<Tensor> originals = model.buffers();
  HEARTH_CHECK_AS(ValueError,
                  averaged.size() == current.size() && copies.size() == originals.size(),
                  "[AveragedModel] expected a model with ", averaged.size(), " parameters and ",
                  copies.size(), " buffers, got ", current.size(), " and ", originals.size());
  if (use_buffers) {
    averaged.insert(averaged.end(), copies.begin(), copies.end());
    current.insert(current.end(), originals.begin(), originals.end());
  } else {
    for (size_t i = 0; i < copies.size(); ++i) copies[i].copy_(originals[i]);
  }
  if (n == 0) {
    for (size_t i = 0; i < averaged.size(); ++i) averaged[i].copy_(current[i]);
    return;
  }
  for (size_t i = 0; i < averaged.size(); ++i) {
    averaged[i] = averaged[i].detach();
    current[i] = current[i].detach().to(averaged[i].device());
  }
  average(averaged, current, n);
}

AveragedModel::AveragedModel(const nn::Module& model, AveragedModelOptions options)
    : nn::Module("AveragedModel"),
      module(register_module("module", model.clone(options.device()))),
      n_averaged(register_buffer("n_averaged", zeros({}, TensorOptions(kLong)))),
      average_(average_function(options)),
      use_buffers_(options.use_buffers()) {}

void AveragedModel::update_parameters(const nn::Module& model) {
  const NoGradGuard no_grad;
  update_average(module->parameters(), module->buffers(), model, n_averaged.item<int64_t>(),
                 average_, use_buffers_);
  n_averaged.add_(1);
}

// ---- the rate

SWALR::SWALR(Optimizer& optimizer, std::vector<double> swa_lr, int64_t anneal_epochs, bool linear)
    : FormulaScheduler(optimizer),
      swa_lrs_(per_group("SWALR", "swa_lr", std::move(swa_lr), base_lrs_.size())),
      anneal_epochs_(anneal_epochs),
      linear_(linear) {
  HEARTH_CHECK_AS(ValueError, anneal_epochs >= 0,
                  "[SWALR] expected anneal_epochs of 0 or more, got ", anneal_epochs);
  initial_step();
}

std::vector<double> SWALR::get_lrs() {
  const auto done_at = [&](int64_t step) {
    const double part = static_cast<double>(std::max<int64_t>(step, 0)) /
                        static_cast<double>(std::max<int64_t>(anneal_epochs_, 1));
    const double t = std::min(part, 1.0);
    return linear_ ? t : (1 - std::cos(kPi * t)) / 2;
  };
  const int64_t step = anneal_epochs_ == 0 ? std::max<int64_t>(step_count_, 1) : step_count_;
  const double before = done_at(step - 1), now = done_at(step);
  std::vector<double> lrs = get_current_lrs();
  for (size_t i = 0; i < lrs.size(); ++i) {
    const double goal = swa_lrs_[i];
    const double start = before == 1 ? goal : (lrs[i] - before * goal) / (1 - before);
    lrs[i] = goal * now + start * (1 - now);
  }
  return lrs;
}

// ---- batch norms

namespace {

/// The batch norms of a model, averaging over all batches until this ends.
class CumulativeBatchNorms {
 public:
  explicit CumulativeBatchNorms(nn::Module& model) : model_(model), training_(model.is_training()) {
    model.apply([&](nn::Module& module) {
      auto* norm = module.as<nn::RunningNormImpl<nn::BatchNormOptions>>();
      if (!norm) return;
      norm->reset_running_stats();
      momenta_.emplace_back(norm, norm->options.momentum());
      norm->options.momentum(std::nullopt);
    });
    model.train();
  }
  ~CumulativeBatchNorms() {
    for (auto& [norm, momentum] : momenta_) norm->options.momentum(momentum);
    model_.train(training_);
  }
  CumulativeBatchNorms(const CumulativeBatchNorms&) = delete;
  CumulativeBatchNorms& operator=(const CumulativeBatchNorms&) = delete;
  bool empty() const { return momenta_.empty(); }

 private:
  nn::Module& model_;
  bool training_;
  std::vector<std::pair<nn::RunningNormImpl<nn::BatchNormOptions>*, std::optional<double>>>
      momenta_;
};

}  // namespace

void update_bn(nn::Module& model, const Callable<void()>& pass) {
  const NoGradGuard no_grad;
  const CumulativeBatchNorms norms(model);
  if (!norms.empty()) pass();
}

}  // namespace hearth::optim::swa_utils
