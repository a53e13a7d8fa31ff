// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/train/callback.h"
#include "hearth/train/callbacks/monitor.h"

namespace hearth::train {

struct ModelCheckpointOptions {
  /// Where checkpoints go; by default "checkpoints" in the trainer's default_root_dir.
  HEARTH_ARG(std::string, dirpath);
  /// Names, without ".safetensors": {epoch}, {step} and {NAME} of anything logged are filled in.
  HEARTH_ARG(std::string, filename) = "epoch={epoch}-step={step}";
  /// What tells which are the best; without it, the last ones are kept.
  HEARTH_ARG(std::string, monitor);
  HEARTH_ARG(Mode, mode) = Mode::Min;
  /// How many to keep; -1: all, 0: none but the last.
  HEARTH_ARG(int64_t, save_top_k) = 1;
  /// Also "last.safetensors", always the newest, for going on.
  HEARTH_ARG(bool, save_last) = true;
  /// When: after every n steps, or epochs, or both; after every epoch if neither is given.
  HEARTH_ARG(std::optional<int64_t>, every_n_train_steps);
  HEARTH_ARG(std::optional<int64_t>, every_n_epochs);
};

/// Saves checkpoints: the best ones by a monitored value, and the last. Each replaces its file once
/// it is whole and durable, and only then old ones go.
class HEARTH_API ModelCheckpoint : public Callback {
 public:
  explicit ModelCheckpoint(ModelCheckpointOptions options = {});
  std::string state_key() const override;
  void on_fit_start(Engine& engine) override;
  void on_checkpoint(Engine& engine, Moment moment) override;
  void save(serialize::OutputArchive& archive) const override;
  void load(serialize::InputArchive& archive) override;

  /// Empty before the first.
  const std::string& best_model_path() const { return best_path_; }
  double best_model_score() const { return best_score_; }
  /// Where "last" is, or will be.
  std::string last_model_path() const;

 private:
  struct Kept {
    std::string path;
    double score;
  };
  bool is_due(const Engine& engine, Moment moment) const;
  std::string path(const Engine& engine) const;
  void keep(Engine& engine);

  ModelCheckpointOptions options_;
  std::string folder_;
  std::vector<Kept> kept_;
  std::string best_path_;
  double best_score_;
  int64_t saved_at_ = -1;  ///< the step of the last one
};

}  // namespace hearth::train
