// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/ops/view.h"

#include "core/train/small_training.h"
#include "error_of.h"
#include "temporary.h"

namespace hearth {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing_train::adam;
using testing_train::Batch;
using testing_train::SmallTraining;
using train::Engine;
using train::StepResult;
using train::Trainer;
using train::TrainerOptions;

TrainerOptions quiet() { return TrainerOptions().enable_progress_bar(false); }

/// y = w * x from batches that are given, by SGD.
struct Line {
  explicit Line(TrainerOptions options, double lr = 0.1) : sgd({w}, lr), trainer(options) {
    trainer.add_optimizer(sgd);
    trainer.training_step([this](Tensor& x) {
      return StepResult(((w * x - 1) * (w * x - 1)).mean()).weigh(static_cast<double>(x.numel()));
    });
    trainer.validation_step([this](Tensor& x) { return StepResult((w * x).mean()); });
  }
  Tensor w = zeros({1}, TensorOptions().requires_grad(true));
  optim::SGD sgd;
  Trainer<Tensor> trainer;
};

/// Writes down what it is called for.
class Joints : public train::Callback {
 public:
  explicit Joints(std::string& text) : text_(text) {}
  std::string state_key() const override { return "Joints"; }
  void on_fit_start(Engine&) override { text_ += "fit( "; }
  void on_fit_end(Engine&) override { text_ += ")fit"; }
  void on_sanity_check_start(Engine&) override { text_ += "sane( "; }
  void on_sanity_check_end(Engine&) override { text_ += ")sane "; }
  void on_train_start(Engine&) override { text_ += "train( "; }
  void on_train_end(Engine&) override { text_ += ")train "; }
  void on_train_epoch_start(Engine&) override { text_ += "epoch( "; }
  void on_train_epoch_end(Engine&) override { text_ += ")epoch "; }
  void on_train_batch_start(Engine&) override { text_ += "batch( "; }
  void on_train_batch_end(Engine&, const StepResult&) override { text_ += ")batch "; }
  void on_before_zero_grad(Engine&) override { text_ += "zero "; }
  void on_before_backward(Engine&, const Tensor&) override { text_ += "back( "; }
  void on_after_backward(Engine&) override { text_ += ")back "; }
  void on_before_optimizer_step(Engine&) override { text_ += "step( "; }
  void on_after_optimizer_step(Engine&) override { text_ += ")step "; }
  void on_validation_start(Engine&) override { text_ += "val( "; }
  void on_validation_batch_end(Engine&, const StepResult&) override { text_ += "v "; }
  void on_validation_end(Engine&) override { text_ += ")val "; }

 private:
  std::string& text_;
};

TEST(Trainer, CallsEveryJointInLightningsOrder) {
  std::vector<Tensor> batches{ones({2}), ones({2}), ones({1})}, validation{ones({2})};
  std::string text;
  Line line(quiet().max_epochs(1).accumulate_grad_batches(2).num_sanity_val_steps(2));
  line.trainer.add_callback<Joints>(text);
  line.trainer.fit(batches, validation);
  EXPECT_EQ(text,
            "fit( sane( v )sane train( epoch( "
            "batch( zero back( )back )batch "
            "batch( back( )back step( )step )batch "
            "batch( zero back( )back )batch step( )step "
            "val( v )val )epoch )train )fit");
}

TEST(Trainer, AGroupOfBatchesIsOneBatch) {
  std::vector<Tensor> parts{full({3}, 1.0), full({1}, 2.0), full({2}, 3.0)};
  std::vector<Tensor> groups{cat({parts[0], parts[1]}), parts[2]};
  Line in_parts(quiet().max_epochs(3).accumulate_grad_batches(2)), whole(quiet().max_epochs(3));
  const auto a = in_parts.trainer.fit(parts), b = whole.trainer.fit(groups);
  EXPECT_NEAR(in_parts.w.item<double>(), whole.w.item<double>(), 1e-7);
  EXPECT_EQ(a.steps, 6);
  EXPECT_EQ(b.steps, 6);
}

TEST(Trainer, LogsMeansOverEpochs) {
  std::vector<Tensor> batches{full({3}, 1.0), full({1}, 2.0)};
  Line line(quiet().max_epochs(1), 0.0);
  line.trainer.training_step([&](Tensor& x) {
    return StepResult((line.w + x).mean(),
                      {{"size", static_cast<double>(x.numel())}, {"twice", 2 * x.mean()}})
        .weigh(static_cast<double>(x.numel()));
  });
  const auto result = line.trainer.fit(batches, batches);
  EXPECT_EQ(result.metrics.at("train_loss"), 5.0 / 4);
  EXPECT_EQ(result.metrics.at("train_size"), 10.0 / 4);
  EXPECT_EQ(result.metrics.at("train_twice"), 10.0 / 4);
  EXPECT_EQ(result.metrics.at("val_loss"), 0.0);
  EXPECT_EQ(result.end, train::End::Epochs);
  EXPECT_EQ(result.epochs, 1);
}

TEST(Trainer, ClipsGradients) {
  std::vector<Tensor> batches{full({1}, 100.0)};
  Line by_norm(quiet().max_epochs(1).gradient_clip_val(0.5), 1.0);
  by_norm.trainer.fit(batches);
  EXPECT_NEAR(by_norm.w.item<double>(), 0.5, 1e-5);
  Line by_value(quiet().max_epochs(1).gradient_clip_val(0.25).gradient_clip_algorithm(
                    train::ClipAlgorithm::Value),
                1.0);
  by_value.trainer.fit(batches);
  EXPECT_EQ(by_value.w.item<double>(), 0.25);
}

TEST(Trainer, StepsSchedulersByStepEpochAndValue) {
  std::vector<Tensor> batches{ones({1}), ones({1}), ones({1})};
  Line line(quiet().max_epochs(4), 1.0);
  optim::StepLR by_step(line.sgd, 1, 0.5);
  line.trainer.add_scheduler(by_step, train::Interval::Step, 2);
  line.trainer.fit(batches);
  EXPECT_EQ(line.trainer.learning_rate(), std::pow(0.5, 12 / 2));

  Line epochs(quiet().max_epochs(4), 1.0);
  optim::StepLR by_epoch(epochs.sgd, 1, 0.5);
  epochs.trainer.add_scheduler(by_epoch, train::Interval::Epoch);
  epochs.trainer.fit(batches);
  EXPECT_EQ(epochs.trainer.learning_rate(), std::pow(0.5, 4));

  Line plateau(quiet().max_epochs(6), 1.0);
  optim::ReduceLROnPlateau by_value(plateau.sgd, optim::ReduceLROnPlateau::min, 0.1f, 1);
  plateau.trainer.add_scheduler(by_value, "val_loss");
  plateau.trainer.validation_step([](Tensor&) { return StepResult(ones({})); });
  plateau.trainer.fit(batches, batches);
  EXPECT_NEAR(plateau.trainer.learning_rate(), 0.01, 1e-8);  // after 2 and 4 values as bad
}

TEST(Trainer, LimitsSayHowManyBatches) {
  std::vector<Tensor> batches(10, ones({1}));
  const auto steps = [&](TrainerOptions options) {
    Line line(options.max_epochs(2), 0.01);
    return line.trainer.fit(batches, batches).steps;
  };
  EXPECT_EQ(steps(quiet()), 20);
  EXPECT_EQ(steps(quiet().limit_train_batches(3)), 6);
  EXPECT_EQ(steps(quiet().limit_train_batches(0.35)), 6);
  EXPECT_EQ(steps(quiet().limit_train_batches(1.0)), 20);
  EXPECT_EQ(steps(quiet().limit_train_batches(1)), 2);
  EXPECT_EQ(steps(quiet().max_steps(13)), 13);
  EXPECT_EQ(steps(quiet().overfit_batches(2)), 4);
  EXPECT_EQ(steps(quiet().max_time(1e-9)), 0);
  Line line(quiet());
  EXPECT_THAT(error_of([&] { line.trainer.fit(batches); }), HasSubstr("max_epochs"));
  EXPECT_THAT(error_of([&] { steps(quiet().limit_train_batches(1.5)); }),
              HasSubstr("fraction of them"));
  EXPECT_THAT(error_of([&] { steps(quiet().limit_train_batches(-1)); }), HasSubstr("-1"));
}

TEST(Trainer, OverfitsOnTheSameBatchesInEveryEpoch) {
  SmallTraining t(quiet().max_epochs(3).overfit_batches(2), adam());
  std::vector<double> sums;
  t.trainer.training_step([&](Batch& b) {
    sums.push_back(b.target.sum().item<double>());
    return StepResult(mse_loss(t.net->forward(b.data), b.target));
  });
  t.fit();
  ASSERT_EQ(sums.size(), 6u);
  EXPECT_EQ(sums[0], sums[2]);
  EXPECT_EQ(sums[1], sums[5]);
  EXPECT_NE(sums[0], sums[1]);
}

TEST(Trainer, AFastRunWritesNothing) {
  const TemporaryFolder folder;
  SmallTraining t(quiet().fast_dev_run(2).default_root_dir(folder / "run"), adam());
  const auto result = t.fit();
  EXPECT_EQ(result.steps, 2);
  EXPECT_EQ(result.checkpoint, "");
  EXPECT_FALSE(folder.has("run"));
}

TEST(Trainer, ValidationChangesNoTraining) {
  SmallTraining never(quiet().max_epochs(2).limit_val_batches(0), adam());
  never.fit();
  SmallTraining often(quiet().max_epochs(2).val_check_interval(1), adam());
  often.fit();
  EXPECT_EQ(never.losses, often.losses);
  EXPECT_EQ(never.numbers(), often.numbers());
}

TEST(Trainer, ModulesKeepTheirModes) {
  SmallTraining t(quiet().max_epochs(1), adam());
  bool frozen_in_training = false;
  t.trainer.training_step([&](Batch& b) {
    t.net[3]->eval();
    frozen_in_training = !t.net[3]->is_training();
    return StepResult(mse_loss(t.net->forward(b.data), b.target));
  });
  t.fit();
  EXPECT_TRUE(frozen_in_training);
  EXPECT_FALSE(t.net[3]->is_training());
  EXPECT_TRUE(t.net->is_training());
}

// ---- values that are none

TEST(Trainer, ANonFiniteLossStopsBeforeItChangesAnything) {
  std::vector<Tensor> batches{full({1}, 2.0), full({1}, NAN), full({1}, 2.0)};
  Line line(quiet().max_epochs(1));
  const std::string said = error_of<train::NonFiniteLoss>([&] { line.trainer.fit(batches); });
  EXPECT_THAT(said, HasSubstr("the loss is nan at step 1 (epoch 0, batch 1)"));
  EXPECT_THAT(said, HasSubstr("lower learning rate (it is 0.1)"));
  EXPECT_NEAR(line.w.item<double>(), 0.4, 1e-6);

  Line skips(quiet().max_epochs(1).non_finite(train::NonFinite::Skip));
  EXPECT_EQ(skips.trainer.fit(batches).steps, 2);
  EXPECT_TRUE(std::isfinite(skips.w.item<double>()));

  Line ignores(quiet().max_epochs(1).non_finite(train::NonFinite::Ignore));
  EXPECT_EQ(ignores.trainer.fit(batches).steps, 3);
  EXPECT_TRUE(std::isnan(ignores.w.item<double>()));
}

TEST(Trainer, NamesTheOperatorThatGaveNaN) {
  std::vector<Tensor> batches{ones({2, 3})};
  Line line(quiet().max_epochs(1).non_finite(train::NonFinite::Report));
  line.trainer.training_step([&](Tensor& x) {
    const Tensor negative = line.w * x - 1;
    return StepResult(negative.log().mul(0).sum());
  });
  EXPECT_THAT(error_of<train::NonFiniteLoss>([&] { line.trainer.fit(batches); }),
              HasSubstr("the first operator to give such a value is log of sizes [2, 3]"));
}

TEST(Trainer, SaysWhenTheLossJumps) {
  class Spikes : public train::Callback {
   public:
    std::string state_key() const override { return "Spikes"; }
    void on_loss_spike(Engine& engine, double loss, double mean) override {
      seen.push_back({engine.global_step(), loss, mean});
    }
    std::vector<std::tuple<int64_t, double, double>> seen;
  };
  std::vector<Tensor> batches(14, ones({1}));
  batches[12] = full({1}, 15.0);
  Line line(quiet().max_epochs(1), 0);
  line.trainer.training_step([&](Tensor& x) { return StepResult((line.w + x).sum()); });
  const auto spikes = line.trainer.add_callback<Spikes>();
  line.trainer.fit(batches);
  EXPECT_THAT(spikes->seen, ElementsAre(std::tuple(int64_t{12}, 15.0, 1.0)));
}

// ---- callbacks

TEST(EarlyStopping, CountsValidationsWithoutImprovement) {
  std::vector<Tensor> batches{ones({1})};
  const auto epochs = [&](std::vector<double> values, train::EarlyStoppingOptions options) {
    Line line(quiet().max_epochs(static_cast<int64_t>(values.size())), 0);
    size_t i = 0;
    line.trainer.validation_step([&](Tensor&) { return StepResult(full({}, values[i++])); });
    line.trainer.add_callback<train::EarlyStopping>(options);
    return line.trainer.fit(batches, batches).epochs;
  };
  const train::EarlyStoppingOptions o;
  auto with = [&](int64_t patience) { return train::EarlyStoppingOptions().patience(patience); };
  EXPECT_EQ(epochs({3, 2, 1, 1, 1, 1, 1}, o), 6);
  EXPECT_EQ(epochs({3, 2, 2, 1}, with(1)), 3);
  EXPECT_EQ(epochs({3, 4, 2, 1}, with(0)), 2);
  EXPECT_EQ(epochs({3, 4, 2, 3, 1}, with(2)), 5);
  EXPECT_EQ(epochs({3, 2.9, 2.8, 2.7, 1}, with(2).min_delta(0.5)), 3);
  EXPECT_EQ(epochs({1, 2, 3, 4}, with(1).mode(train::Mode::Max)), 4);
  EXPECT_EQ(epochs({1, NAN, 3, 4}, o), 2);
  EXPECT_EQ(epochs({3, NAN, NAN, 4}, with(2).check_finite(false)), 3);
  EXPECT_EQ(epochs({3, 2, 1}, train::EarlyStoppingOptions().stopping_threshold(2.5)), 2);
  EXPECT_EQ(epochs({3, 9, 1}, train::EarlyStoppingOptions().divergence_threshold(5)), 2);
  EXPECT_THAT(error_of([&] { epochs({1}, train::EarlyStoppingOptions("val_f1")); }),
              HasSubstr("nothing named 'val_f1' was logged; there is"));
}

TEST(EarlyStopping, NothingStopsBeforeTheLeastNumberOfEpochs) {
  std::vector<Tensor> batches{ones({1})};
  Line line(quiet().max_epochs(10).min_epochs(4), 0);
  line.trainer.add_callback<train::EarlyStopping>(train::EarlyStoppingOptions().patience(0));
  const auto result = line.trainer.fit(batches, batches);
  EXPECT_EQ(result.epochs, 4);
  EXPECT_EQ(result.end, train::End::Stopped);
  EXPECT_THAT(result.reason, HasSubstr("val_loss has not improved on 0"));
}

TEST(ModelCheckpoint, KeepsTheBestAndTheLast) {
  const TemporaryFolder folder;
  std::vector<Tensor> batches{ones({1})};
  const std::vector<double> values{3, 1, NAN, 2, 1, 5};
  Line line(quiet().max_epochs(6).default_root_dir(folder.path), 0);
  size_t i = 0;
  line.trainer.validation_step([&](Tensor&) { return StepResult(full({}, values[i++])); });
  const auto kept =
      line.trainer.add_callback<train::ModelCheckpoint>(train::ModelCheckpointOptions()
                                                            .monitor("val_loss")
                                                            .save_top_k(2)
                                                            .filename("{epoch}-{val_loss}"));
  const auto result = line.trainer.fit(batches, batches);
  std::vector<std::string> names;
  for (const auto& f : std::filesystem::directory_iterator(folder / "checkpoints"))
    names.push_back(f.path().filename());
  EXPECT_THAT(names, testing::UnorderedElementsAre("1-1.safetensors", "4-1.safetensors",
                                                   "last.safetensors"));
  EXPECT_EQ(kept->best_model_path(), folder / "checkpoints/1-1.safetensors");
  EXPECT_EQ(kept->best_model_score(), 1);
  EXPECT_EQ(result.checkpoint, folder / "checkpoints/last.safetensors");
}

TEST(WeightAveraging, AveragesWhatValidationSees) {
  // SGD with lr 0.5 and gradient 2(w - 1): w = 0, 1, 1 ...
  std::vector<Tensor> batches{ones({1}), ones({1}), ones({1})};
  struct NetImpl : nn::Cloneable<NetImpl> {
    NetImpl() { reset(); }
    void reset() override { w = register_parameter("w", zeros({1})); }
    Tensor w;
  };
  auto net = std::make_shared<NetImpl>();
  optim::SGD sgd(net->parameters(), 0.25);
  Trainer<Tensor> trainer(quiet().max_epochs(1));
  trainer.add_model(*net);
  trainer.add_optimizer(sgd);
  trainer.training_step([&](Tensor& x) { return StepResult((net->w - x).square().sum()); });
  std::vector<double> seen;
  trainer.validation_step([&](Tensor&) {
    seen.push_back(net->w.item<double>());
    return StepResult(zeros({}));
  });
  trainer.add_callback<train::WeightAveraging>(*net, train::ema(0.5));
  trainer.fit(batches, batches);
  // w: 0.5, 0.75, 0.875; the average copies the first, then is halfway.
  const double average = 0.5 * (0.5 * 0.5 + 0.5 * 0.75) + 0.5 * 0.875;
  EXPECT_THAT(seen, ElementsAre(average, average, average));
  EXPECT_EQ(net->w.item<double>(), average);
}

TEST(Trainer, TrainsInNarrowTypes) {
  for (const ScalarType precision : {kBFloat16, kHalf}) {
    SmallTraining t(quiet().max_epochs(8).precision(precision), adam());
    const auto result = t.fit();
    EXPECT_LT(t.losses.back(), t.losses.front());
    EXPECT_GT(result.steps, 40);
  }
}

TEST(Trainer, StepsThatOptimizeThemselvesAreCounted) {
  std::vector<Tensor> batches{ones({1}), ones({1})};
  Line line(quiet().max_epochs(1));
  line.trainer.training_step([&](Tensor& x) {
    line.sgd.zero_grad();
    ((line.w - x) * (line.w - x)).sum().backward();
    line.sgd.step();
    StepResult result;
    result.values.push_back({"w", line.w.item<double>()});
    return result;
  });
  const auto result = line.trainer.fit(batches);
  EXPECT_EQ(result.steps, 2);
  EXPECT_NEAR(result.metrics.at("train_w"), (0.2 + 0.36) / 2, 1e-6);
}

TEST(Trainer, SaysWhatIsMissing) {
  std::vector<Tensor> batches{ones({1})};
  Trainer<Tensor> none(quiet().max_epochs(1));
  EXPECT_THAT(error_of([&] { none.fit(batches); }), HasSubstr("training_step"));
  none.training_step([](Tensor& x) { return StepResult(x.sum()); });
  EXPECT_THAT(error_of([&] { none.fit(batches); }), HasSubstr("add_optimizer()"));
  Line line(quiet().max_epochs(1));
  line.trainer.training_step([&](Tensor& x) { return StepResult(line.w * x.repeat({2})); });
  EXPECT_THAT(error_of([&] { line.trainer.fit(batches); }), HasSubstr("one number"));
  Line no_validation(quiet().max_epochs(1));
  no_validation.trainer.validation_step(nullptr);
  EXPECT_THAT(error_of([&] { no_validation.trainer.fit(batches, batches); }),
              HasSubstr("validation_step"));
  EXPECT_THAT(error_of([&] { line.trainer.save_checkpoint("x"); }), HasSubstr("while fit() runs"));
}

}  // namespace
}  // namespace hearth
