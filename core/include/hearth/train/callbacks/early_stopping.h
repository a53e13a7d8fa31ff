// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "hearth/base/arg.h"
#include "hearth/train/callback.h"
#include "hearth/train/callbacks/monitor.h"

namespace hearth::train {

struct EarlyStoppingOptions {
  EarlyStoppingOptions(std::string monitor = "val_loss") : monitor_(std::move(monitor)) {}
  HEARTH_ARG(std::string, monitor);
  HEARTH_ARG(Mode, mode) = Mode::Min;
  /// How much better than the best counts as better.
  HEARTH_ARG(double, min_delta) = 0;
  /// Validations in a row without improvement, after which the training stops.
  HEARTH_ARG(int64_t, patience) = 3;
  /// Stop at once at NaN or infinity.
  HEARTH_ARG(bool, check_finite) = true;
  /// Stop as soon as the value is better than this,
  HEARTH_ARG(std::optional<double>, stopping_threshold);
  /// or worse than that.
  HEARTH_ARG(std::optional<double>, divergence_threshold);
};

/// Ends a training whose monitored value has stopped to improve.
class HEARTH_API EarlyStopping : public Callback {
 public:
  explicit EarlyStopping(EarlyStoppingOptions options = {});
  explicit EarlyStopping(const char* monitor) : EarlyStopping(EarlyStoppingOptions(monitor)) {}
  std::string state_key() const override;
  void on_validation_end(Engine& engine) override;
  void save(serialize::OutputArchive& archive) const override;
  void load(serialize::InputArchive& archive) override;

  double best_score() const { return best_; }
  int64_t wait_count() const { return wait_; }

 private:
  EarlyStoppingOptions options_;
  double best_;
  int64_t wait_ = 0;
};

}  // namespace hearth::train
