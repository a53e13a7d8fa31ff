// SPDX-License-Identifier: Apache-2.0
// A training that is small, but has everything that must be kept for it to go on: dropout, batch
// norm, momentum, shuffling, random data.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hearth/data/dataloader.h"
#include "hearth/data/transforms.h"
#include "hearth/nn.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/loss.h"
#include "hearth/ops/random.h"
#include "hearth/optim.h"
#include "hearth/train.h"

namespace hearth::testing_train {

using Batch = data::Example<>;

/// Rows whose target follows from them; each is drawn with noise of its own.
class Noisy : public data::datasets::BatchDataset<Noisy, Batch> {
 public:
  explicit Noisy(int64_t size) : size_(size) {}
  Batch get_batch(ArrayRef<size_t> indices) override {
    Tensor x = empty({static_cast<int64_t>(indices.size()), 4});
    for (size_t i = 0; i < indices.size(); ++i)
      for (int64_t j = 0; j < 4; ++j)
        x[static_cast<int64_t>(i)][j] =
            static_cast<double>((indices[i] * 7 + static_cast<size_t>(j) * 3) % 11) / 11;
    const Tensor y = x.sum(1, true);
    return {x + 0.01 * randn(x.sizes()), y};
  }
  std::optional<size_t> size() const override { return static_cast<size_t>(size_); }

 private:
  int64_t size_;
};

inline nn::Sequential small_net() {
  return nn::Sequential(nn::Linear(4, 8), nn::BatchNorm1d(8), nn::ReLU(), nn::Dropout(0.1),
                        nn::Linear(8, 1));
}

/// What a training is made of. The optimizer, and its schedule, are made by the caller.
struct SmallTraining {
  using MakeOptimizer = Callable<std::unique_ptr<optim::Optimizer>(std::vector<Tensor>)>;

  explicit SmallTraining(train::TrainerOptions options, const MakeOptimizer& make,
                         size_t workers = 0, int64_t rows = 44)
      : trainer(std::move(options)) {
    manual_seed(7);
    net = small_net();
    optimizer = make(net->parameters());
    schedule = std::make_unique<optim::ExponentialLR>(*optimizer, 0.98);
    loader = data::make_data_loader<data::samplers::RandomSampler>(
        Noisy(rows), data::DataLoaderOptions(8).workers(workers));
    validation = data::make_data_loader<data::samplers::SequentialSampler>(
        Noisy(20), data::DataLoaderOptions(8));
    trainer.add_model(net);
    trainer.add_optimizer(*optimizer);
    trainer.add_scheduler(*schedule);
    const auto step = [this](Batch& b) {
      Tensor loss = mse_loss(net->forward(b.data), b.target);
      if (trainer_in_training()) losses.push_back(loss.item<double>());
      return train::StepResult(loss).weigh(static_cast<double>(b.data.size(0)));
    };
    trainer.training_step(step);
    trainer.validation_step(step);
  }
  train::FitResult fit(const std::string& checkpoint = {}) {
    return trainer.fit(*loader, *validation, checkpoint);
  }
  bool trainer_in_training() const { return net->is_training(); }

  /// All numbers that training has changed.
  std::vector<double> numbers() const {
    std::vector<double> all;
    const auto add = [&](const Tensor& t) {
      const Tensor flat = t.to(kDouble).flatten().contiguous();
      all.insert(all.end(), flat.const_data_ptr<double>(),
                 flat.const_data_ptr<double>() + flat.numel());
    };
    for (const Tensor& t : net->parameters()) add(t);
    for (const Tensor& t : net->buffers()) add(t);
    return all;
  }

  nn::Sequential net = nullptr;
  std::unique_ptr<optim::Optimizer> optimizer;
  std::unique_ptr<optim::LRScheduler> schedule;
  std::unique_ptr<data::StatelessDataLoader<Noisy, data::samplers::RandomSampler>> loader;
  std::unique_ptr<data::StatelessDataLoader<Noisy, data::samplers::SequentialSampler>> validation;
  std::vector<double> losses;  ///< of all training steps of this object
  train::Trainer<Batch> trainer;
};

inline SmallTraining::MakeOptimizer adam(double lr = 1e-2) {
  return [lr](std::vector<Tensor> parameters) {
    return std::make_unique<optim::AdamW>(std::move(parameters), lr);
  };
}

}  // namespace hearth::testing_train
