// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hearth/optim/swa_utils.h"
#include "hearth/train/callback.h"

namespace hearth::train {

struct WeightAveragingOptions {
  /// How to average, and where; a plain mean (SWA) by default. EMA:
  /// `.average(AveragedModelOptions().multi_avg_fn(get_ema_multi_avg_fn(0.999)))`.
  HEARTH_ARG(optim::swa_utils::AveragedModelOptions, average);
  /// From this step of the optimizer on,
  HEARTH_ARG(int64_t, start_step) = 0;
  /// after every n steps.
  HEARTH_ARG(int64_t, every_n_steps) = 1;
};

/// Keeps an average of a model's weights. The average is what validation sees, and what the model
/// holds when the training is over; checkpoints hold both.
class HEARTH_API WeightAveraging : public Callback {
 public:
  /// The model must outlive this.
  explicit WeightAveraging(nn::Module& model, WeightAveragingOptions options = {});
  std::string state_key() const override { return "WeightAveraging"; }
  void on_after_optimizer_step(Engine& engine) override;
  void on_validation_start(Engine& engine) override;
  void on_validation_end(Engine& engine) override;
  void on_validation_interrupted(Engine& engine) override;
  void on_train_end(Engine& engine) override;
  void on_exception(Engine& engine) override;
  void save(serialize::OutputArchive& archive) const override;
  void load(serialize::InputArchive& archive) override;

 private:
  void swap();

  nn::Module& model_;
  WeightAveragingOptions options_;
  optim::swa_utils::MultiAvgFn average_;
  std::vector<Tensor> parameters_, buffers_;  ///< their averages
  int64_t averaged_ = 0;                      ///< how many models they have seen
  bool swapped_ = false;
};

/// The exponential moving average of a model's weights.
HEARTH_API WeightAveragingOptions ema(double decay = 0.999);

}  // namespace hearth::train
