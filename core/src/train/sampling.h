// SPDX-License-Identifier: Apache-2.0
// Which examples the epochs of a classifier's training have.
#pragma once

#include <memory>

#include "hearth/data/samplers.h"
#include "hearth/train/classification.h"

namespace hearth::train {

/// A sampler of any kind, so that one kind of loader serves all.
class ExampleSampler final : public data::samplers::Sampler<> {
 public:
  /// Throws ValueError for examples without what the options need.
  ExampleSampler(const Examples& examples, const ClassificationOptions& options);

  void reset(std::optional<size_t> new_size = std::nullopt) override { sampler_->reset(new_size); }
  std::optional<std::vector<size_t>> next(size_t batch_size) override {
    return sampler_->next(batch_size);
  }
  void save(serialize::OutputArchive& archive) const override { sampler_->save(archive); }
  void load(serialize::InputArchive& archive) override { sampler_->load(archive); }

 private:
  std::unique_ptr<data::samplers::Sampler<>> sampler_;
};

}  // namespace hearth::train
