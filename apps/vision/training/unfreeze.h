// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "hearth/train/callback.h"
#include "hearth/train/engine.h"
#include "hearth/vision/classification/fine_tuning.h"

/// Lets all of a network learn after some epochs.
class Unfreeze final : public hearth::train::Callback {
 public:
  Unfreeze(hearth::vision::models::ImageClassifierImpl& model, int64_t epochs)
      : model_(model), epochs_(epochs) {}
  std::string state_key() const override { return "Unfreeze"; }
  void on_train_start(hearth::train::Engine& engine) override { look(engine); }
  void on_train_epoch_start(hearth::train::Engine& engine) override { look(engine); }

 private:
  void look(const hearth::train::Engine& engine) {
    if (engine.current_epoch() >= epochs_) hearth::vision::freeze(model_, "");
  }

  hearth::vision::models::ImageClassifierImpl& model_;
  int64_t epochs_;
};
