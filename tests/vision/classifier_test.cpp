// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/classification/classifier.h"

#include <filesystem>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include "hearth/base/generator.h"
#include "hearth/io/safetensors.h"
#include "hearth/ops/creation.h"
#include "hearth/vision/classification/trainer.h"

#include "temporary.h"

namespace hearth::vision {
namespace {

ClassifierSpec spec(const std::string& model, models::ImageShape shape = {1, 8, 8}) {
  ClassifierSpec s;
  s.model = model;
  s.shape = shape;
  s.classes = {"zero", "one", "a b", "three"};
  s.dataset = "made";
  s.mean.assign(static_cast<size_t>(shape.channels), 0.25);
  s.stddev.assign(static_cast<size_t>(shape.channels), 0.5);
  return s;
}

/// Images of 4 classes: a bright quarter each.
struct Quarters {
  Tensor pixels, targets;
  explicit Quarters(int64_t n) : pixels(zeros({n, 1, 8, 8}, kByte)), targets(empty({n}, kLong)) {
    for (int64_t i = 0; i < n; ++i) {
      const int64_t k = i * 7 % 4;
      targets.data_ptr<int64_t>()[i] = k;
      auto* p = pixels.data_ptr<uint8_t>() + i * 64;
      for (int64_t j = 0; j < 64; ++j) {
        const bool bright = j / 32 == k / 2 && j % 8 / 4 == k % 2;
        p[j] = static_cast<uint8_t>((bright ? 150 : 0) + (i * 31 + j * 17) % 100);
      }
    }
  }
};

bool same(const Tensor& a, const Tensor& b) {
  return a.sizes() == b.sizes() && (a == b).all().item<bool>();
}

TEST(Classifier, TakesImagesOfManyChannels) {
  TemporaryFolder folder;
  ClassifierSpec many = spec("cnn", {7, 8, 8});
  Tensor pixels = empty({2, 7, 8, 8}, kByte);
  for (int64_t i = 0; i < pixels.numel(); ++i)
    pixels.data_ptr<uint8_t>()[i] = static_cast<uint8_t>(i * 37);
  set_normalization(many, pixels);
  const Classifier classifier(many);
  const size_t order[] = {1, 0};
  const Tensor x = classifier.input(pixels, order);
  for (int64_t n = 0; n < 2; ++n)
    for (int64_t c = 0; c < 7; ++c) {
      const double value = pixels[1 - n][c][3][5].item<double>() / 255;
      const auto at = static_cast<size_t>(c);
      EXPECT_NEAR(x[n][c][3][5].item<double>(), (value - many.mean[at]) / many.stddev[at], 1e-5);
    }
  classifier.save(folder.path + "/many.safetensors");
  const Classifier loaded = Classifier::load(folder.path + "/many.safetensors");
  EXPECT_TRUE(same(loaded.probabilities(pixels), classifier.probabilities(pixels)));
}

TEST(Classifier, ComesBackFromItsFile) {
  TemporaryFolder folder;
  const Tensor pixels = Quarters(6).pixels;
  for (const char* model : {"mlp", "cnn"}) {
    Classifier made(spec(model));
    made.save(folder.path + "/model.safetensors");
    const Classifier loaded = Classifier::load(folder.path + "/model.safetensors");
    EXPECT_EQ(loaded.spec().model, model);
    EXPECT_EQ(loaded.spec().classes, made.spec().classes);
    EXPECT_EQ(loaded.spec().mean, made.spec().mean);
    EXPECT_TRUE(same(loaded.probabilities(pixels), made.probabilities(pixels))) << model;
  }
}

TEST(Classifier, KnowsASmallStemByItsWeights) {
  TemporaryFolder folder;
  const Tensor pixels = Quarters(6).pixels;
  ClassifierSpec small = spec("resnet18");
  small.small_stem = true;
  const Classifier made(small);
  const std::string path = folder.path + "/model.safetensors";
  made.save(path);
  safetensors::NamedTensors tensors;
  {
    const safetensors::File file(path);
    safetensors::Metadata metadata = file.metadata();
    EXPECT_EQ(metadata.at("small_stem"), "1");
    // As before it was noted.
    metadata.erase("small_stem");
    for (const std::string& key : file.keys()) tensors.emplace_back(key, file.tensor(key).clone());
    safetensors::save_file(tensors, folder.path + "/old.safetensors", metadata);
  }
  for (const char* name : {"/model.safetensors", "/old.safetensors"}) {
    const Classifier loaded = Classifier::load(folder.path + name);
    EXPECT_TRUE(loaded.spec().small_stem);
    EXPECT_TRUE(same(loaded.probabilities(pixels), made.probabilities(pixels)));
  }
}

TEST(Classifier, RefusesFilesThatAreSomethingElse) {
  TemporaryFolder folder;
  const std::string path = folder.path + "/a.safetensors";
  EXPECT_THROW(Classifier::load(path), FileError);
  safetensors::save_file({{"w", zeros({2})}}, path);
  EXPECT_THROW(Classifier::load(path), FormatError);

  Classifier(spec("mlp")).save(path);
  safetensors::File good(path);
  safetensors::NamedTensors tensors;
  for (const std::string& key : good.keys()) tensors.emplace_back(key, good.tensor(key).clone());
  auto with = [&](const std::string& key, const std::string& value) {
    safetensors::Metadata changed = good.metadata();
    changed[key] = value;
    safetensors::save_file(tensors, folder.path + "/b.safetensors", changed);
    return folder.path + "/b.safetensors";
  };
  EXPECT_NO_THROW(Classifier::load(with("dataset", "other")));
  for (const auto& [key, value] :
       std::vector<std::pair<std::string, std::string>>{{"model", "alexnet2"},
                                                        {"height", "9"},
                                                        {"height", "0"},
                                                        {"height", "1e300"},
                                                        {"width", "-8"},
                                                        {"width", "x"},
                                                        {"channels", "4"},
                                                        {"classes", "one"},
                                                        {"mean", "1\n2"},
                                                        {"mean", "nan"},
                                                        {"stddev", ""}})
    EXPECT_THROW(Classifier::load(with(key, value)), FormatError) << key << " " << value;
  // Promises that no machine could keep are refused before memory is taken for them.
  EXPECT_THROW(Classifier::load(with("height", "4096")), FormatError);
  tensors.pop_back();
  EXPECT_THROW(Classifier::load(with("dataset", "made")), FormatError);
}

TEST(Classifier, NormalizesAndAugmentsImages) {
  const Quarters data(5);
  Classifier classifier(spec("mlp"));
  Tensor plain = classifier.input(data.pixels, {3, 1});
  EXPECT_EQ(plain.sizes(), (std::vector<int64_t>{2, 1, 8, 8}));
  const double pixel = data.pixels.const_data_ptr<uint8_t>()[3 * 64 + 9];
  EXPECT_FLOAT_EQ(plain.const_data_ptr<float>()[9], static_cast<float>((pixel / 255 - 0.25) / 0.5));
  // The same image and seed give the same change, wherever in a batch.
  Augmentation a;
  a.shift = 2;
  a.flip = true;
  Tensor changed = classifier.input(data.pixels, {3, 1}, a, 5);
  EXPECT_TRUE(same(changed.slice(0, 1, 2), classifier.input(data.pixels, {1}, a, 5)));
  bool differs = false;
  for (uint64_t seed = 0; seed < 8; ++seed)
    differs = differs || !same(classifier.input(data.pixels, {1}, a, seed), plain.slice(0, 1, 2));
  EXPECT_TRUE(differs);
  EXPECT_THROW(classifier.input(data.pixels, {5}), IndexError);
  EXPECT_THROW(classifier.input(zeros({1, 1, 9, 8}, kByte), {0}), ShapeError);
}

TEST(Classifier, FitsPicturesOfEverySize) {
  Classifier classifier(spec("mlp"));
  Fitted done;
  // White on black stays; black on white is turned around.
  Tensor dark = zeros({1, 8, 8}, kByte);
  dark.select(0, 0).select(0, 4).fill_(255);
  EXPECT_TRUE(same(classifier.fit(dark, Invert::Auto, &done), dark));
  EXPECT_FALSE(done.inverted);
  Tensor bright = full({1, 8, 8}, 255, kByte);
  bright.select(0, 0).select(0, 4).fill_(0);
  EXPECT_TRUE(same(classifier.fit(bright, Invert::Auto, &done), dark));
  EXPECT_TRUE(done.inverted);
  EXPECT_TRUE(same(classifier.fit(bright, Invert::No), bright));
  for (int64_t channels : {1, 2, 3, 4}) {
    Tensor fitted = classifier.fit(full({channels, 3, 50}, 10, kByte), Invert::No);
    EXPECT_EQ(fitted.sizes(), (std::vector<int64_t>{1, 8, 8}));
  }
  // An RGB model keeps colours; transparent pixels are paper.
  Classifier color(spec("mlp", {3, 8, 8}));
  Tensor red = zeros({4, 2, 2}, kByte);
  red.select(0, 0).fill_(200);
  red.select(0, 3).fill_(255);
  EXPECT_EQ(color.fit(red).select(0, 0).select(0, 0).select(0, 0).item<int>(), 200);
  red.select(0, 3).fill_(0);
  EXPECT_EQ(color.fit(red).select(0, 1).select(0, 0).select(0, 0).item<int>(), 255);
}

TEST(Evaluate, CountsAndFindsTheWorst) {
  Tensor p = zeros({3, 2});
  const float values[] = {0.9f, 0.1f, 0.2f, 0.8f, 0.6f, 0.4f};
  std::copy(values, values + 6, p.data_ptr<float>());
  Tensor t = zeros({3}, kLong);
  t.data_ptr<int64_t>()[2] = 1;
  const Evaluation e = evaluate(p, t);
  EXPECT_DOUBLE_EQ(e.accuracy, 1.0 / 3);
  EXPECT_NEAR(e.loss, -(std::log(0.9) + std::log(0.2) + std::log(0.4)) / 3, 1e-6);
  const auto counts = e.confusion.accessor<int64_t, 2>();
  EXPECT_EQ(counts[0][0], 1);
  EXPECT_EQ(counts[0][1], 1);
  EXPECT_EQ(counts[1][0], 1);
  EXPECT_EQ(worst_mistakes(p, t, 5), (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(worst_mistakes(p, t, 1), (std::vector<int64_t>{1}));
  t.data_ptr<int64_t>()[2] = 2;
  EXPECT_THROW(evaluate(p, t), IndexError);
}

constexpr Augmentation kShift{.shift = 1};

TrainerOptions quick() {
  return TrainerOptions().epochs(3).batch_size(10).lr(3e-3).loop(
      train::TrainerOptions().enable_progress_bar(false));
}

/// Ends after so many steps, with a checkpoint in the folder.
TrainerOptions until(TrainerOptions options, int64_t steps, const TemporaryFolder& folder) {
  options.loop().max_steps(steps).default_root_dir(folder.path);
  return options;
}

TEST(ClassifierTrainer, Learns) {
  manual_seed(1);
  const Quarters data(200), test(50);
  for (const char* model : {"mlp", "cnn"}) {
    Classifier classifier(spec(model));
    ClassifierTrainer trainer(classifier, data.pixels, data.targets, quick(), kShift);
    trainer.validate_on(test.pixels, test.targets);
    EXPECT_EQ(trainer.total_steps(), 60);
    const auto result = trainer.fit();
    EXPECT_EQ(result.steps, 60);
    const Evaluation e = evaluate(classifier.probabilities(test.pixels), test.targets);
    EXPECT_GT(e.accuracy, 0.95);
    EXPECT_NEAR(result.metrics.at("val_accuracy"), e.accuracy, 1e-6);
    EXPECT_NEAR(result.metrics.at("val_loss"), e.loss, 1e-5);
  }
}

// What it learns from a seed is pinned: a change of the loop must not change it unseen.
TEST(ClassifierTrainer, LearnsTheSameFromASeed) {
  manual_seed(3);
  const Quarters data(95);
  Classifier classifier(spec("cnn"));
  ClassifierTrainer trainer(classifier, data.pixels, data.targets, quick(), kShift);
  const double loss = trainer.fit().metrics.at("train_loss");
  EXPECT_NEAR(loss, 0.02929305, 1e-5);
}

TEST(ClassifierTrainer, GoesOnExactlyWhereItWas) {
  const Quarters data(95);  // the last batch is smaller
  const auto fresh = [] {
    manual_seed(7);
    return std::make_unique<Classifier>(spec("cnn"));
  };
  const auto whole = fresh();
  ClassifierTrainer(*whole, data.pixels, data.targets, quick(), kShift).fit();
  const Tensor wanted = whole->probabilities(data.pixels);
  for (const auto& breaks :
       std::vector<std::vector<int64_t>>{{1}, {9}, {10}, {4, 14, 20, 29}, {30}}) {
    const TemporaryFolder folder;
    std::string checkpoint;
    auto classifier = fresh();
    for (const int64_t steps : breaks) {
      const auto options = until(quick().workers(steps % 3), steps, folder);
      ClassifierTrainer trainer(*classifier, data.pixels, data.targets, options, kShift);
      checkpoint = trainer.fit(checkpoint).checkpoint;
      // A new process has other random numbers and fresh weights.
      manual_seed(1000 + static_cast<uint64_t>(steps));
      classifier = std::make_unique<Classifier>(spec("cnn"));
    }
    ClassifierTrainer(*classifier, data.pixels, data.targets, quick(), kShift).fit(checkpoint);
    EXPECT_TRUE(same(classifier->probabilities(data.pixels), wanted)) << breaks[0];
  }
}

TEST(ClassifierTrainer, GoesOnWithMoreEpochs) {
  manual_seed(7);
  const Quarters data(95);
  const TemporaryFolder folder;
  Classifier classifier(spec("cnn"));
  auto options = quick().epochs(2);
  options.loop().default_root_dir(folder.path);
  const auto first =
      ClassifierTrainer(classifier, data.pixels, data.targets, options, kShift).fit();
  EXPECT_EQ(first.steps, 20);
  ClassifierTrainer longer(classifier, data.pixels, data.targets, options.epochs(4), kShift);
  const auto second = longer.fit(first.checkpoint);
  EXPECT_EQ(second.steps, 40);
  EXPECT_EQ(second.epochs, 4);
  EXPECT_LT(longer.engine().learning_rate(), 1e-5);  // where a cycle ends
}

TEST(ClassifierTrainer, RefusesCheckpointsOfOtherTrainings) {
  manual_seed(1);
  const Quarters data(40);
  const TemporaryFolder folder;
  Classifier classifier(spec("mlp")), cnn(spec("cnn"));
  const auto fit = [&](Classifier& c, const TrainerOptions& options, const std::string& from) {
    return ClassifierTrainer(c, data.pixels, data.targets, options, kShift).fit(from).checkpoint;
  };
  const std::string path = fit(classifier, until(quick(), 1, folder), "");
  EXPECT_THROW(fit(classifier, quick().batch_size(20), path), FormatError);
  EXPECT_THROW(fit(cnn, quick(), path), FormatError);
  EXPECT_THROW(fit(classifier, quick(), folder / "none"), FileError);
  classifier.save(path);
  EXPECT_THROW(fit(classifier, quick(), path), FormatError);
  EXPECT_THROW(ClassifierTrainer(classifier, data.pixels, data.targets, quick().epochs(0)),
               ValueError);
}

}  // namespace
}  // namespace hearth::vision
