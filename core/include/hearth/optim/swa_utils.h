// SPDX-License-Identifier: Apache-2.0
// Averages of a model's weights over its training (torch.optim.swa_utils).
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "hearth/nn/module.h"
#include "hearth/optim/schedulers/base.h"

namespace hearth::optim::swa_utils {

/// The new average of a tensor, from the one before, the model's tensor, and how many models the
/// average has seen.
using AvgFn = Callable<Tensor(const Tensor&, const Tensor&, int64_t)>;
/// The same for all tensors at once, in place.
using MultiAvgFn = Callable<void(const std::vector<Tensor>&, const std::vector<Tensor>&, int64_t)>;

/// The mean of all models (stochastic weight averaging, Izmailov et al. 2018).
HEARTH_API AvgFn get_swa_avg_fn();
HEARTH_API MultiAvgFn get_swa_multi_avg_fn();
/// The exponential moving average: decay times the average and 1 - decay times the model.
HEARTH_API AvgFn get_ema_avg_fn(double decay = 0.999);
HEARTH_API MultiAvgFn get_ema_multi_avg_fn(double decay = 0.999);

/// Options of AveragedModel.
struct AveragedModelOptions {
  /// Where the average is kept; by default beside the model.
  HEARTH_ARG(std::optional<Device>, device);
  /// How to average: one of these, or else get_swa_avg_fn().
  HEARTH_ARG(AvgFn, avg_fn);
  HEARTH_ARG(MultiAvgFn, multi_avg_fn);
  /// Average buffers too, instead of copying them.
  HEARTH_ARG(bool, use_buffers) = false;
};

/// A copy of a model (which must be cloneable) whose weights are an average of the model's:
///
///     AveragedModel average(*net, AveragedModelOptions().multi_avg_fn(get_ema_multi_avg_fn()));
///     ... optimizer.step(); average.update_parameters(*net);
///     average.module->as<Net>()->forward(x);
class HEARTH_API AveragedModel : public nn::Module {
 public:
  explicit AveragedModel(const nn::Module& model, AveragedModelOptions options = {});
  /// Takes the model's present weights into the average; the first time, copies them.
  void update_parameters(const nn::Module& model);

  std::shared_ptr<nn::Module> module;
  Tensor n_averaged;

 private:
  MultiAvgFn average_;
  bool use_buffers_;
};

/// Moves the rate to swa_lr (one for all groups, or one each) in anneal_epochs steps, along half a
/// cosine or a line, and keeps it there.
class HEARTH_API SWALR : public FormulaScheduler {
 public:
  SWALR(Optimizer& optimizer, std::vector<double> swa_lr, int64_t anneal_epochs = 10,
        bool linear = false);

 protected:
  std::vector<double> get_lrs() override;

 private:
  std::vector<double> swa_lrs_;
  int64_t anneal_epochs_;
  bool linear_;
};

/// Computes the running statistics of a model's batch norms anew, as the mean over all batches that
/// `pass` runs the model on.
HEARTH_API void update_bn(nn::Module& model, const Callable<void()>& pass);
/// The same with a call of forward(batch) for every batch of a loader.
template <typename Loader, typename Forward>
void update_bn(Loader&& loader, nn::Module& model, Forward&& forward) {
  update_bn(model, [&] {
    for (auto&& batch : loader) forward(batch);
  });
}

}  // namespace hearth::optim::swa_utils
