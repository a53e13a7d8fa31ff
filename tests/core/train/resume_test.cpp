// SPDX-License-Identifier: Apache-2.0
// A training that goes on does what it would have done without the break, to the last bit.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hearth/data/collate.h"
#include "hearth/data/text_datasets.h"
#include "hearth/ops/view.h"

#include "core/train/small_training.h"
#include "error_of.h"
#include "temporary.h"

namespace hearth {
namespace {

using testing::HasSubstr;
using testing_train::adam;
using testing_train::Batch;
using testing_train::SmallTraining;
using train::End;
using train::TrainerOptions;
using MakeOptimizer = SmallTraining::MakeOptimizer;

TrainerOptions options() {
  return TrainerOptions().enable_progress_bar(false).max_epochs(3).val_check_interval(4);
}

const std::vector<double>& unbroken() {
  static const std::vector<double> numbers = [] {
    SmallTraining t(options(), adam());
    t.fit();
    return t.numbers();
  }();
  return numbers;
}

TEST(Resume, AfterEveryStep) {
  SmallTraining whole(options(), adam());
  whole.fit();
  ASSERT_EQ(whole.losses.size(), 18u);
  for (int64_t broken = 1; broken < 18; ++broken) {
    const TemporaryFolder folder;
    SmallTraining first(options().max_steps(broken).default_root_dir(folder.path), adam());
    const auto end = first.fit();
    ASSERT_EQ(end.end, End::Steps);
    // With other workers, and a third run that goes on from the second.
    SmallTraining second(
        options().max_steps(std::min<int64_t>(broken + 2, 18)).default_root_dir(folder.path),
        adam(), static_cast<size_t>(broken % 3));
    const auto again = second.fit(end.checkpoint);
    SmallTraining third(options().default_root_dir(folder.path), adam(), 2);
    third.fit(again.checkpoint);
    std::vector<double> losses = first.losses;
    losses.insert(losses.end(), second.losses.begin(), second.losses.end());
    losses.insert(losses.end(), third.losses.begin(), third.losses.end());
    EXPECT_EQ(losses, whole.losses) << "broken after step " << broken;
    EXPECT_EQ(third.numbers(), whole.numbers()) << "broken after step " << broken;
  }
}

struct Row {
  Tensor x, y;
};
Row read_row(std::vector<std::string> fields) {
  return {full({1}, std::stod(fields[0])), full({1}, std::stod(fields[1]))};
}

/// A line fitted to a stream of rows, whose number nobody knows; its weights after the training.
Tensor train_on_rows(const std::string& file, TrainerOptions how, size_t workers,
                     std::string* checkpoint = nullptr) {
  manual_seed(8);
  nn::Linear net(1, 1);
  optim::Adam optimizer(net->parameters(), optim::AdamOptions(0.1));
  auto loader = data::make_data_loader(
      data::CsvDataset({file}, {}, data::IterableOptions().shuffle(10))
          .map(data::transforms::Lambda<std::vector<std::string>, Row>(read_row))
          .map(data::transforms::DefaultCollate<Row>()),
      data::DataLoaderOptions(4).workers(workers));
  train::Trainer<Row> trainer(how.enable_progress_bar(false).max_epochs(3));
  trainer.add_model(net);
  trainer.add_optimizer(optimizer);
  trainer.training_step(
      [&](Row& row) { return train::StepResult(mse_loss(net->forward(row.x), row.y)); });
  const auto end = trainer.fit(*loader, checkpoint ? *checkpoint : "");
  if (checkpoint) *checkpoint = end.checkpoint;
  return cat({net->weight.flatten(), net->bias}).detach().clone();
}

TEST(Resume, InStreams) {
  const TemporaryFolder folder;
  const std::string file = folder / "rows.csv";
  std::string text = "x,y\n";
  for (int i = 0; i < 43; ++i)
    text += std::to_string(i % 7) + "," + std::to_string(2 * i % 11) + "\n";
  write_text(file, text);
  const Tensor whole = train_on_rows(file, TrainerOptions(), 0);
  for (const int64_t broken : {1, 5, 10, 11, 12, 20, 32}) {
    const TemporaryFolder run;
    std::string checkpoint;
    const auto how = TrainerOptions().default_root_dir(run.path);
    train_on_rows(file, TrainerOptions(how).max_steps(broken), 2, &checkpoint);
    EXPECT_TRUE(train_on_rows(file, how, static_cast<size_t>(broken % 3), &checkpoint).equal(whole))
        << "broken after step " << broken;
  }
}

template <class O, class Options>
MakeOptimizer made(Options options) {
  return [options](std::vector<Tensor> parameters) {
    return std::make_unique<O>(std::move(parameters), options);
  };
}

TEST(Resume, WithOtherOptimizers) {
  const std::vector<std::pair<const char*, MakeOptimizer>> all{
      {"SGD", made<optim::SGD>(optim::SGDOptions(0.01).momentum(0.9).nesterov(true))},
      {"Adam", made<optim::Adam>(optim::AdamOptions(0.01).amsgrad(true))},
      {"Adagrad", made<optim::Adagrad>(optim::AdagradOptions(0.05))},
      {"Adadelta", made<optim::Adadelta>(optim::AdadeltaOptions(1.0))},
      {"Adamax", made<optim::Adamax>(optim::AdamaxOptions(0.01))},
      {"NAdam", made<optim::NAdam>(optim::NAdamOptions(0.01))},
      {"RAdam", made<optim::RAdam>(optim::RAdamOptions(0.01))},
      {"Rprop", made<optim::Rprop>(optim::RpropOptions(0.01))},
      {"ASGD", made<optim::ASGD>(optim::ASGDOptions(0.01))},
      {"Lion", made<optim::Lion>(optim::LionOptions(0.001))},
      {"Adafactor", made<optim::Adafactor>(optim::AdafactorOptions(0.01))},
  };
  for (const auto& [name, make] : all) {
    const TemporaryFolder folder;
    SmallTraining whole(options(), make);
    whole.fit();
    SmallTraining first(options().max_steps(8).default_root_dir(folder.path), make);
    SmallTraining second(options(), make);
    // Its own random numbers until then do not matter.
    const std::string checkpoint = first.fit().checkpoint;
    manual_seed(1234);
    second.fit(checkpoint);
    EXPECT_EQ(second.numbers(), whole.numbers()) << name;
  }
}

TEST(Resume, WithGroupsScalerAverageAndStopping) {
  const auto build = [](TrainerOptions o) {
    auto t = std::make_unique<SmallTraining>(
        o.accumulate_grad_batches(2).precision(kHalf).gradient_clip_val(1.0), adam());
    t->trainer.add_callback<train::WeightAveraging>(*t->net, train::ema(0.9));
    t->trainer.add_callback<train::EarlyStopping>(
        train::EarlyStoppingOptions("val_loss").patience(2));
    return t;
  };
  const auto o = TrainerOptions().enable_progress_bar(false).max_epochs(6);
  auto whole = build(o);
  const auto result = whole->fit();
  for (int64_t broken : {1, 3, 4, 7}) {
    const TemporaryFolder folder;
    const auto first = build(TrainerOptions(o).max_steps(broken).default_root_dir(folder.path));
    const std::string checkpoint = first->fit().checkpoint;
    auto second = build(TrainerOptions(o).default_root_dir(folder.path));
    const auto again = second->fit(checkpoint);
    EXPECT_EQ(again.steps, result.steps);
    EXPECT_EQ(again.epochs, result.epochs);
    EXPECT_EQ(second->numbers(), whole->numbers()) << "broken after step " << broken;
  }
}

// The comparison above must be able to fail.
TEST(Resume, WhatIsLeftOutIsSeen) {
  const TemporaryFolder folder;
  SmallTraining first(options().max_steps(8).default_root_dir(folder.path), adam());
  const std::string checkpoint = first.fit().checkpoint;
  SmallTraining second(options(), adam());
  struct Forgets : train::Callback {
    std::string state_key() const override { return "Forgets"; }
    void on_train_start(train::Engine&) override { manual_seed(1); }
  };
  EXPECT_THAT(error_of([&] {
                SmallTraining other(options(), adam());
                other.trainer.add_callback<Forgets>();
                other.fit(checkpoint);
              }),
              HasSubstr("Forgets"));
  second.trainer.training_step([&](Batch& b) {
    if (second.trainer.global_step() == 8) manual_seed(1);
    return train::StepResult(mse_loss(second.net->forward(b.data), b.target));
  });
  second.fit(checkpoint);
  EXPECT_NE(second.numbers(), unbroken());
}

TEST(Resume, ATrainingThatIsOverGoesOnWithMoreEpochs) {
  const TemporaryFolder folder;
  SmallTraining two(options().max_epochs(2).default_root_dir(folder.path), adam());
  const auto end = two.fit();
  EXPECT_EQ(end.end, End::Epochs);
  SmallTraining more(options(), adam());
  more.fit(end.checkpoint);
  EXPECT_EQ(more.numbers(), unbroken());
  SmallTraining none(options().max_epochs(2), adam());
  EXPECT_EQ(none.fit(end.checkpoint).steps, 12);
  EXPECT_TRUE(none.losses.empty());
}

TEST(Resume, ASignalEndsWithACheckpoint) {
  for (const bool in_validation : {false, true}) {
    const TemporaryFolder folder;
    SmallTraining first(options().default_root_dir(folder.path), adam());
    int calls = 0;
    const auto step = [&](Batch& b) {
      const bool now = in_validation ? !first.net->is_training() && ++calls == 2
                                     : first.trainer.global_step() == 5;
      if (now) ::raise(SIGTERM);
      return train::StepResult(mse_loss(first.net->forward(b.data), b.target))
          .weigh(static_cast<double>(b.data.size(0)));
    };
    first.trainer.training_step(step);
    first.trainer.validation_step(step);
    const auto end = first.fit();
    EXPECT_EQ(end.end, End::Signal);
    EXPECT_EQ(end.signal, SIGTERM);
    EXPECT_EQ(end.steps, in_validation ? 4 : 6);
    SmallTraining second(options(), adam());
    const auto whole = second.fit(end.checkpoint);
    EXPECT_EQ(second.numbers(), unbroken());
    EXPECT_EQ(whole.metrics.count("val_loss"), 1u);
  }
}

/// Trains in a child that writes its numbers when it is done, or dies before.
void train_in_child(const std::string& folder) {
  SmallTraining t(options().default_root_dir(folder), adam());
  t.trainer.add_callback<train::ModelCheckpoint>(
      train::ModelCheckpointOptions().every_n_train_steps(1).save_top_k(2));
  const std::string last = folder + "/checkpoints/last.safetensors";
  t.fit(std::filesystem::exists(last) ? last : "");
  std::string text;
  for (const double x : t.numbers()) text.append(reinterpret_cast<const char*>(&x), sizeof x);
  write_text(folder + "/numbers.part", text);
  std::filesystem::rename(folder + "/numbers.part", folder + "/numbers");
}

TEST(Resume, AfterBeingKilledAtAnyMoment) {
  const TemporaryFolder folder;
  unbroken();
  int kills = 0;
  unsigned state = 12345;
  for (int attempt = 0; attempt < 200 && !folder.has("numbers"); ++attempt) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      train_in_child(folder.path);
      ::_exit(0);
    }
    state = state * 1664525u + 1013904223u;
    ::usleep(3000 + (state >> 16) % 25000 + static_cast<unsigned>(attempt) * 1000);
    kills += ::kill(child, SIGKILL) == 0 && !folder.has("numbers");
    ::waitpid(child, nullptr, 0);
  }
  ASSERT_TRUE(folder.has("numbers"));
  EXPECT_GT(kills, 2);
  std::string want;
  for (const double x : unbroken()) want.append(reinterpret_cast<const char*>(&x), sizeof x);
  EXPECT_EQ(read_text(folder / "numbers"), want);
}

TEST(Resume, RefusesOtherTrainings) {
  const TemporaryFolder folder;
  SmallTraining first(options().max_steps(3).default_root_dir(folder.path), adam());
  const std::string checkpoint = first.fit().checkpoint;
  SmallTraining other(options(), made<optim::SGD>(optim::SGDOptions(0.01)));
  EXPECT_NE(error_of([&] { other.fit(checkpoint); }), "");
  write_text(folder / "broken", read_text(checkpoint).substr(0, 500));
  SmallTraining third(options(), adam());
  EXPECT_NE(error_of([&] { third.fit(folder / "broken"); }), "");
  EXPECT_NE(error_of([&] { third.fit(folder / "absent"); }), "");
}

}  // namespace
}  // namespace hearth
