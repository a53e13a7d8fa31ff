// SPDX-License-Identifier: Apache-2.0
// How classifiers learn: optimizers, schedules, groups, sampling, averages and mixed targets.
#include "hearth/train/classification.h"

#include <cmath>
#include <numbers>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/error.h"
#include "hearth/base/generator.h"
#include "hearth/nn/modules/linear.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/random.h"
#include "hearth/ops/view.h"
#include "hearth/train/callback.h"

#include "temporary.h"

namespace hearth {
namespace {

using train::ClassificationOptions;
using train::ClassificationTrainer;
using train::Examples;

/// 12 examples of 4 numbers, of classes 0, 0, 0 ... 1, 2: ten of the first.
struct Data {
  Data() {
    manual_seed(3);
    inputs = randn({12, 4});
    classes.assign(12, 0);
    classes[10] = 1;
    classes[11] = 2;
  }
  Examples examples(std::vector<size_t>* seen = nullptr, bool mixed = false) const {
    Examples e;
    e.size = 12;
    e.classes = classes;
    e.batch = [this, seen, mixed](ArrayRef<size_t> indices) {
      std::vector<Tensor> rows;
      Tensor target = empty({static_cast<int64_t>(indices.size())}, kLong);
      for (size_t i = 0; i < indices.size(); ++i) {
        rows.push_back(inputs.select(0, static_cast<int64_t>(indices[i])));
        target.data_ptr<int64_t>()[i] = classes[indices[i]];
        if (seen) seen->push_back(indices[i]);
      }
      if (!mixed) return data::Example<>(stack(rows), target);
      Tensor soft = zeros({target.size(0), 3});
      for (int64_t i = 0; i < target.size(0); ++i) {
        soft[i][target[i].item<int64_t>()] = 0.75;
        soft[i][(target[i].item<int64_t>() + 1) % 3] += 0.25;
      }
      return data::Example<>(stack(rows), soft);
    };
    return e;
  }
  Tensor inputs;
  std::vector<int64_t> classes;
};

struct Rates final : train::Callback {
  std::string state_key() const override { return "Rates"; }
  void on_before_optimizer_step(train::Engine& engine) override {
    rates.push_back(engine.learning_rate());
  }
  std::vector<double> rates;
};

ClassificationOptions quiet() {
  return ClassificationOptions().loop(
      train::TrainerOptions().enable_progress_bar(false).enable_checkpointing(false));
}

struct Training {
  Training(const ClassificationOptions& options, Examples examples) : net(4, 3) {
    {
      NoGradGuard no_grad;
      net->weight.fill_(0.1);
      net->bias.zero_();
    }
    trainer = std::make_unique<ClassificationTrainer>(
        *net, [this](const Tensor& x) { return net->forward(x); }, std::move(examples), "test",
        options);
    rates = trainer->engine().add_callback<Rates>();
  }
  nn::Linear net;
  std::unique_ptr<ClassificationTrainer> trainer;
  std::shared_ptr<Rates> rates;
};

TEST(ClassificationTrainer, WarmsUpAndFallsAlongACosine) {
  const Data data;
  Training t(quiet()
                 .epochs(4)
                 .batch_size(4)
                 .lr(0.5)
                 .schedule(train::Schedule::Cosine)
                 .warmup_epochs(1)
                 .optimizer(train::OptimizerKind::SGD),
             data.examples());
  t.trainer->fit();
  ASSERT_EQ(t.rates->rates.size(), 12u);
  for (size_t i = 0; i < 12; ++i) {
    const double expected =
        i < 3 ? 0.5 * (0.01 + 0.99 * static_cast<double>(i) / 3)
              : 0.25 * (1 + std::cos(std::numbers::pi * static_cast<double>(i - 3) / 9));
    EXPECT_NEAR(t.rates->rates[i], expected, 1e-12) << i;
  }
}

TEST(ClassificationTrainer, GroupsHaveRatesAndDecaysOfTheirOwn) {
  // Without gradients but decay, weights shrink by the factors of their groups alone.
  const Data data;
  Training t(quiet(), data.examples());
  const auto options = quiet()
                           .epochs(1)
                           .batch_size(12)
                           .lr(0.5)
                           .weight_decay(0.1)
                           .schedule(train::Schedule::Cosine)
                           .optimizer(train::OptimizerKind::SGD)
                           .momentum(0);
  const auto trained = [&](std::vector<train::ParameterGroup> groups) {
    NoGradGuard no_grad;
    t.net->weight.fill_(1);
    t.net->bias.fill_(1);
    const AutoGradMode grad(true);
    ClassificationTrainer trainer(
        *t.net, [&](const Tensor& x) { return 0 * t.net->forward(x); }, data.examples(), "test",
        ClassificationOptions(options).groups(std::move(groups)));
    trainer.fit();
  };
  trained({{{t.net->weight}, 0.5}, {{t.net->bias}, 1, 0.0}});
  EXPECT_FLOAT_EQ(t.net->weight[0][0].item<float>(), 1 - 0.5 * 0.5 * 0.1);
  EXPECT_EQ(t.net->bias[0].item<float>(), 1);
  trained({{{t.net->bias}, 2}});
  EXPECT_EQ(t.net->weight[0][0].item<float>(), 1);
  EXPECT_FLOAT_EQ(t.net->bias[0].item<float>(), 1 - 2 * 0.5 * 0.1);
}

TEST(ClassificationTrainer, DrawsClassesEquallyOften) {
  const Data data;
  std::vector<size_t> seen;
  Training t(quiet().epochs(200).batch_size(4).sampling(train::Sampling::Balanced),
             data.examples(&seen));
  t.trainer->fit();
  ASSERT_EQ(seen.size(), 2400u);
  std::vector<int> counts(3);
  for (const size_t i : seen) ++counts[static_cast<size_t>(data.classes[i])];
  for (const int n : counts) EXPECT_NEAR(n, 800, 80);

  Examples without = data.examples();
  without.classes.clear();
  EXPECT_THROW(Training(quiet().sampling(train::Sampling::Balanced), std::move(without)),
               ValueError);
}

TEST(ClassificationTrainer, RepeatsExamplesInARow) {
  const Data data;
  std::vector<size_t> seen;
  Training t(quiet().epochs(2).batch_size(12).sampling(train::Sampling::Repeated).repeats(4),
             data.examples(&seen));
  t.trainer->fit();
  ASSERT_EQ(seen.size(), 24u);
  for (size_t i = 0; i < 24; i += 4)
    for (size_t j = 1; j < 4; ++j) EXPECT_EQ(seen[i], seen[i + j]);
  const std::vector<size_t> first{seen[0], seen[4], seen[8]}, second{seen[12], seen[16], seen[20]};
  EXPECT_NE(first, second);
}

TEST(ClassificationTrainer, LearnsMixedTargets) {
  const Data data;
  Training t(quiet().epochs(40).batch_size(12).lr(0.1), data.examples(nullptr, true));
  const auto result = t.trainer->fit();
  // The larger part of a mixed target is what counts as right.
  EXPECT_GE(result.metrics.at("train_accuracy"), 10.0 / 12);
  // Cross entropy is at least the targets' entropy.
  EXPECT_GT(result.metrics.at("train_loss"), 0.5623);
}

TEST(ClassificationTrainer, AveragesFromTheEndOfTheWarmUp) {
  const Data data;
  const auto trained = [&](double decay) {
    manual_seed(1);
    Training t(quiet()
                   .epochs(3)
                   .batch_size(6)
                   .lr(0.5)
                   .schedule(train::Schedule::Cosine)
                   .warmup_epochs(2)
                   .ema_decay(decay),
               data.examples());
    t.trainer->fit();
    return t.net->weight.detach().clone();
  };
  // Steps 4, 5 and 6 are seen: the first is copied. With a decay of almost 1 it is what remains.
  const Tensor last = trained(0), first = trained(1 - 1e-12), between = trained(0.5);
  EXPECT_FALSE(first.equal(last));
  EXPECT_FALSE(between.equal(last));
  EXPECT_LT((between - last).abs().sum().item<double>(), (first - last).abs().sum().item<double>());
}

TEST(ClassificationTrainer, GoesOnExactlyWithAllOptions) {
  const Data data;
  const auto options = [](const std::string& folder, std::optional<int64_t> steps) {
    auto loop = train::TrainerOptions().enable_progress_bar(false).default_root_dir(folder);
    if (steps) loop.max_steps(*steps);
    return ClassificationOptions()
        .epochs(3)
        .batch_size(5)
        .lr(0.2)
        .optimizer(train::OptimizerKind::SGD)
        .schedule(train::Schedule::Cosine)
        .warmup_epochs(0.5)
        .ema_decay(0.7)
        .sampling(train::Sampling::Balanced)
        .loop(loop);
  };
  const auto train_once = [&](const std::string& folder, std::optional<int64_t> steps,
                              const std::string& checkpoint) {
    manual_seed(9);
    Training t(options(folder, steps), data.examples());
    const auto result = t.trainer->fit(checkpoint);
    return std::pair(t.net->weight.detach().clone(), result.checkpoint);
  };
  const TemporaryFolder folder;
  const auto whole = train_once(folder / "whole", std::nullopt, "");
  const auto part = train_once(folder / "part", 5, "");
  const auto rest = train_once(folder / "part", std::nullopt, part.second);
  EXPECT_TRUE(rest.first.equal(whole.first));
  EXPECT_FALSE(part.first.equal(whole.first));
}

TEST(ClassificationTrainer, RefusesWhatMakesNoTraining) {
  const Data data;
  EXPECT_THROW(Training(quiet().warmup_epochs(1), data.examples()), ValueError);
  EXPECT_THROW(Training(quiet().epochs(2).schedule(train::Schedule::Cosine).warmup_epochs(2),
                        data.examples()),
               ValueError);
  EXPECT_THROW(Training(quiet().ema_decay(1), data.examples()), ValueError);
  EXPECT_THROW(Training(quiet().sampling(train::Sampling::Repeated).repeats(0), data.examples()),
               ValueError);
}

}  // namespace
}  // namespace hearth
