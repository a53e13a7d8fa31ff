// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>

#include "hearth/base/arg.h"
#include "hearth/base/dtype.h"

namespace hearth::train {

/// How many batches of an epoch: 10 is ten of them, 0.1 a tenth. All by default.
class HEARTH_API Limit {
 public:
  Limit() = default;
  template <typename T>
  requires std::is_arithmetic_v<T> Limit(T value) {
    if constexpr (std::is_integral_v<T>) {
      count_ = static_cast<int64_t>(value);
    } else {
      fraction_ = static_cast<double>(value);
    }
  }
  bool unlimited() const { return !count_ && fraction_ == 1; }
  /// Of `size` batches; without limit, `size` itself. Throws ValueError for a fraction of an
  /// unknown number, and for limits that are none.
  std::optional<int64_t> of(std::optional<int64_t> size) const;

 private:
  std::optional<int64_t> count_;
  double fraction_ = 1;
};

enum class ClipAlgorithm { Norm, Value };

/// What to do when a loss is NaN or infinite, before it changes any weight.
enum class NonFinite {
  Stop,    ///< throw NonFiniteLoss
  Skip,    ///< leave out the batch, and say so
  Report,  ///< run the batch again, and throw with the first operator that gave such a value
  Ignore,  ///< train on; nothing waits for a device to see the loss
};

/// Lightning's names and meanings, unless they say otherwise.
struct TrainerOptions {
  /// Where the training ends: at the first of these. One of the first three must be given.
  HEARTH_ARG(std::optional<int64_t>, max_epochs);
  /// Steps of the optimizer.
  HEARTH_ARG(std::optional<int64_t>, max_steps);
  /// Seconds, over all runs of this training.
  HEARTH_ARG(std::optional<double>, max_time);
  /// Before these are done, nothing stops early.
  HEARTH_ARG(int64_t, min_epochs) = 0;
  HEARTH_ARG(int64_t, min_steps) = 0;

  /// Batches whose gradients make one step: their mean, weighted by StepResult::weight, so that the
  /// step is that of the whole, also where the last group of an epoch is smaller.
  HEARTH_ARG(int64_t, accumulate_grad_batches) = 1;
  HEARTH_ARG(std::optional<double>, gradient_clip_val);
  HEARTH_ARG(ClipAlgorithm, gradient_clip_algorithm) = ClipAlgorithm::Norm;
  /// BFloat16 or Half: steps run under Autocast, with Half also under a GradScaler.
  HEARTH_ARG(std::optional<ScalarType>, precision);

  /// Validation every n epochs, or every n steps of the optimizer if that is given.
  HEARTH_ARG(int64_t, check_val_every_n_epoch) = 1;
  HEARTH_ARG(std::optional<int64_t>, val_check_interval);
  /// Batches of a validation before the training begins, to see that it works. (Lightning: 2.)
  HEARTH_ARG(Limit, num_sanity_val_steps) = 0;
  HEARTH_ARG(Limit, limit_train_batches);
  HEARTH_ARG(Limit, limit_val_batches);
  /// The same n batches in every epoch; 0: off.
  HEARTH_ARG(int64_t, overfit_batches) = 0;
  /// One epoch of n batches that writes no file, to see that a program runs; 0: off.
  HEARTH_ARG(int64_t, fast_dev_run) = 0;

  HEARTH_ARG(NonFinite, non_finite) = NonFinite::Stop;
  /// A loss above the mean of the last ten by more than this factor times it is a spike, unless it
  /// is small beside the first loss.
  HEARTH_ARG(double, spike_factor) = 10;
  /// Algorithms that give the same bits in each run (set_deterministic), while it trains.
  HEARTH_ARG(bool, deterministic) = false;
  /// Backward names the operator whose gradient is NaN. Slow.
  HEARTH_ARG(bool, detect_anomaly) = false;

  HEARTH_ARG(int64_t, log_every_n_steps) = 50;
  HEARTH_ARG(bool, enable_progress_bar) = true;
  /// Folder for checkpoints; empty: none are written but those of callbacks that name another.
  HEARTH_ARG(std::string, default_root_dir);
  HEARTH_ARG(bool, enable_checkpointing) = true;
  /// SIGINT and SIGTERM end the training after a step, with a checkpoint. A second one kills.
  HEARTH_ARG(bool, handle_signals) = true;
};

}  // namespace hearth::train
