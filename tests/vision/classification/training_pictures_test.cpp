// SPDX-License-Identifier: Apache-2.0
// Trainings on pictures that are read when they are needed.
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/base/error.h"
#include "hearth/base/generator.h"
#include "hearth/base/threads.h"
#include "hearth/vision/classification/judge.h"
#include "hearth/vision/classification/trainer.h"

#include "classification/training_batches.h"
#include "vision/classification/colored_pictures.h"

namespace hearth {
namespace {

using vision::Augmentation;
using vision::Classifier;

Classifier small() {
  vision::ClassifierSpec spec;
  spec.model = "cnn";
  spec.classes = {"red", "green"};
  spec.shape = {3, 16, 16};
  spec.resize_size = 18;
  spec.mean = {0.4, 0.4, 0.4};
  spec.stddev = {0.3, 0.3, 0.3};
  manual_seed(2);
  return Classifier(spec);
}

Augmentation everything() {
  Augmentation a;
  a.flip = true;
  a.crop = {0.3, 1.0};
  a.trivial_augment = true;
  a.erase = 0.5;
  a.mixup = 0.2;
  a.cutmix = 1;
  return a;
}

Tensor trained(const Augmentation& augmentation, int64_t workers,
               train::Sampling sampling = train::Sampling::Shuffled) {
  Classifier c = small();
  manual_seed(8);
  vision::ClassifierTrainer trainer(
      c, std::make_shared<ColoredPictures>(10),
      vision::TrainerOptions().epochs(2).batch_size(4).workers(workers).sampling(sampling).loop(
          train::TrainerOptions().enable_progress_bar(false)),
      augmentation);
  trainer.fit();
  return c.model().parameters()[0].detach().clone();
}

TEST(TrainingPictures, DoNotDependOnThreads) {
  const Classifier c = small();
  const auto pictures = std::make_shared<ColoredPictures>(10);
  const train::Examples examples = vision::training_examples(c, pictures, everything());
  const size_t order[] = {3, 9, 9, 0, 4, 7};
  std::vector<data::Example<>> batches;
  const int before = get_num_threads();
  for (const int threads : {1, 4}) {
    set_num_threads(threads);
    manual_seed(8);
    batches.push_back(examples.batch(order));
  }
  set_num_threads(before);
  EXPECT_TRUE(batches[0].data.equal(batches[1].data));
  EXPECT_TRUE(batches[0].target.equal(batches[1].target));
  EXPECT_EQ(batches[0].target.sizes(), IntArrayRef({6, 2}));
  // The same picture twice in a batch is changed on its own.
  EXPECT_FALSE(batches[0].data[1].equal(batches[0].data[2]));
}

TEST(TrainingPictures, DoNotDependOnWorkers) {
  const Tensor one = trained(everything(), 0);
  EXPECT_TRUE(trained(everything(), 2).equal(one));
  // Whatever is changed, changes something.
  for (int left_out = 0; left_out < 6; ++left_out) {
    Augmentation a = everything();
    if (left_out == 0) a.flip = false;
    if (left_out == 1) a.crop.reset();
    if (left_out == 2) a.trivial_augment = false;
    if (left_out == 3) a.erase = 0;
    if (left_out == 4) a.mixup = 0;
    if (left_out == 5) a.cutmix = 0;
    EXPECT_FALSE(trained(a, 0).equal(one)) << left_out;
  }
  EXPECT_FALSE(trained(everything(), 0, train::Sampling::Repeated).equal(one));
}

TEST(TrainingPictures, AreLearned) {
  Classifier c = small();
  const auto pictures = std::make_shared<ColoredPictures>(16);
  vision::ClassifierTrainer trainer(c, pictures,
                                    vision::TrainerOptions().epochs(6).batch_size(4).loop(
                                        train::TrainerOptions().enable_progress_bar(false)),
                                    [] {
                                      Augmentation a;
                                      a.shift = 2;
                                      a.flip = true;
                                      return a;
                                    }());
  trainer.validate_on(pictures);
  const auto result = trainer.fit();
  EXPECT_EQ(result.metrics.at("val_accuracy"), 1);
  // Validation sees what predictions see.
  const Tensor p = vision::probabilities(c, *pictures, 5);
  EXPECT_EQ(p.size(0), 16);
  for (int64_t i = 0; i < 16; ++i) EXPECT_EQ(p[i].argmax().item<int64_t>(), i % 2);
  const Tensor direct = c.probabilities(c.fit(pictures->picture(3)).unsqueeze(0));
  EXPECT_TRUE(direct[0].allclose(p[3], 1e-5, 1e-6));
}

TEST(TrainingPictures, NeedTheClassifiersClasses) {
  vision::ClassifierSpec spec = small().spec();
  spec.classes = {"green", "red"};
  Classifier c(spec);
  EXPECT_THROW(vision::ClassifierTrainer(c, std::make_shared<ColoredPictures>(4), {}), ValueError);
  EXPECT_THROW(vision::ClassifierTrainer(c, zeros({4, 3, 16, 16}, TensorOptions(kByte)),
                                         zeros({4}, TensorOptions(kLong)), {}, everything()),
               ValueError);
}

}  // namespace
}  // namespace hearth
