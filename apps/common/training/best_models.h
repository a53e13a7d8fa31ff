// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "hearth/train/callback.h"

/// Keeps the models of the epochs that were best in a test: best/epoch-3.safetensors ... in the
/// folder of a training.
class BestModels final : public hearth::train::Callback {
 public:
  BestModels(std::function<void(const std::string&)> save, std::string folder, int64_t count)
      : save_(std::move(save)), folder_(std::move(folder)), count_(static_cast<size_t>(count)) {}
  std::string state_key() const override { return "BestModels"; }
  void on_validation_end(hearth::train::Engine& engine) override;
  void save(hearth::serialize::OutputArchive& archive) const override;
  void load(hearth::serialize::InputArchive& archive) override;

  struct Kept {
    int64_t epoch;  ///< from 1
    double score;
  };
  /// The best first; of equal ones the earlier.
  const std::vector<Kept>& kept() const { return kept_; }
  std::string path(const Kept& kept) const;

 private:
  std::function<void(const std::string&)> save_;
  std::string folder_;
  size_t count_;
  std::vector<Kept> kept_;
};
