// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/classification/fine_tuning.h"

#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/base/error.h"
#include "hearth/base/generator.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/random.h"
#include "hearth/tensor/tensor_literal.h"
#include "hearth/vision/classification/trainer.h"

#include "vision/classification/colored_pictures.h"

namespace hearth {
namespace {

using testing::ElementsAre;
using vision::Classifier;
using vision::ClassifierSpec;
namespace models = vision::models;

ClassifierSpec spec_of(const std::string& model, std::vector<std::string> classes) {
  ClassifierSpec spec;
  spec.model = model;
  spec.classes = std::move(classes);
  spec.shape = {3, 32, 32};
  spec.small_stem = vision::models::model_info(model).small_stem;
  spec.mean = {0.5, 0.5, 0.5};
  spec.stddev = {0.25, 0.25, 0.25};
  return spec;
}

TEST(FineTuning, KeepsAllButTheLastLayer) {
  const Classifier trained(spec_of("resnet18", {"cat", "dog", "emu"}));
  const Classifier other = vision::with_classes(trained, spec_of("resnet18", {"oak", "elm"}));
  const auto before = trained.model().state_dict(), after = other.model().state_dict();
  for (const auto& item : after) {
    if (item.key().starts_with("fc.")) continue;
    EXPECT_TRUE(item.value().equal(before[item.key()])) << item.key();
  }
  EXPECT_EQ(after["fc.weight"].size(0), 2);
  // The same classes keep the last layer as well.
  const Classifier same = vision::with_classes(trained, spec_of("resnet18", {"cat", "dog", "emu"}));
  EXPECT_TRUE(same.model().state_dict()["fc.weight"].equal(before["fc.weight"]));
  EXPECT_THROW(vision::with_classes(trained, spec_of("cnn", {"oak", "elm"})), ValueError);

  // A network that is made for one size of images.
  ClassifierSpec larger = spec_of("mlp", {"oak", "elm"});
  larger.shape = {3, 40, 40};
  EXPECT_THROW(vision::with_classes(Classifier(spec_of("mlp", {"a", "b"})), larger), ValueError);
}

TEST(FineTuning, KnowsStages) {
  const Classifier resnet(spec_of("resnet18", {"a", "b"}));
  EXPECT_THAT(vision::stages_of(resnet.model()),
              ElementsAre("conv1", "bn1", "layer1", "layer2", "layer3", "layer4", "fc"));
  const Classifier mobile(spec_of("mobilenet_v2", {"a", "b"}));
  const auto stages = vision::stages_of(mobile.model());
  EXPECT_EQ(stages.front(), "features.0");
  EXPECT_EQ(stages[18], "features.18");
  EXPECT_EQ(stages.size(), 20u);
}

TEST(FineTuning, FreezesUpToAStage) {
  const Classifier c(spec_of("resnet18", {"a", "b"}));
  const auto frozen = [&](const std::string& stage) {
    vision::freeze(c.model(), stage);
    std::vector<std::string> names;
    for (const auto& item : c.model().named_parameters())
      if (!item.value().requires_grad())
        names.push_back(item.key().substr(0, item.key().find('.')));
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
  };
  EXPECT_THAT(frozen("layer2"), ElementsAre("conv1", "bn1", "layer1", "layer2"));
  EXPECT_THAT(frozen("backbone"),
              ElementsAre("conv1", "bn1", "layer1", "layer2", "layer3", "layer4"));
  EXPECT_THAT(frozen(""), ElementsAre());
  EXPECT_THROW(vision::freeze(c.model(), "layr2"), ValueError);
}

TEST(FineTuning, GroupsLearnSlowerTowardsTheInput) {
  const Classifier c(spec_of("resnet18", {"a", "b"}));
  const auto groups =
      vision::parameter_groups(c.model(), {.layer_decay = 0.5, .spare_norms_and_biases = true});
  size_t parameters = 0;
  double last = 2;
  for (const auto& group : groups) {
    EXPECT_LE(group.lr_factor, last);
    last = group.lr_factor;
    parameters += group.parameters.size();
    for (const Tensor& p : group.parameters) EXPECT_EQ(p.dim() <= 1, group.weight_decay == 0.0);
  }
  EXPECT_EQ(parameters, c.model().parameters().size());
  EXPECT_EQ(groups.front().lr_factor, 1);
  EXPECT_EQ(groups.back().lr_factor, std::pow(0.5, 6));
  EXPECT_THROW(vision::parameter_groups(c.model(), {.layer_decay = 0}), ValueError);
}

TEST(FineTuning, AuxiliaryClassifiersLearn) {
  struct Known {
    const char* model;
    int64_t side;
    std::vector<double> weights;
  };
  for (const auto& [model, side, weights] :
       {Known{"googlenet", 32, {0.3, 0.3}}, Known{"inception_v3", 299, {0.4}},
        Known{"resnet18", 32, {}}}) {
    manual_seed(3);
    ClassifierSpec spec = spec_of(model, {"a", "b"});
    spec.shape = {3, side, side};
    Classifier classifier(spec);
    const Tensor pixels = randint(0, 256, {2, 3, side, side}, TensorOptions(kByte));
    const Tensor targets = tensor({0, 1});

    models::ImageClassifierImpl& network = classifier.model();
    const train::Scores scores = network.forward_training(pixels.to(kFloat) / 255);
    ASSERT_EQ(scores.auxiliary.size(), weights.size()) << model;
    for (size_t i = 0; i < weights.size(); ++i) {
      EXPECT_EQ(scores.auxiliary[i].weight, weights[i]) << model;
      EXPECT_EQ(scores.auxiliary[i].scores.sizes(), scores.scores.sizes()) << model;
    }

    const auto heads = network.heads();
    ASSERT_EQ(heads.size(), 1 + weights.size()) << model;
    const auto parameters = network.named_parameters();
    std::vector<Tensor> before;
    for (const std::string& head : heads)
      before.push_back(parameters[head + ".weight"].detach().clone());
    vision::ClassifierTrainer(classifier, pixels, targets,
                              vision::TrainerOptions().epochs(1).batch_size(2))
        .fit();
    for (size_t i = 0; i < heads.size(); ++i)
      EXPECT_FALSE(parameters[heads[i] + ".weight"].equal(before[i])) << model << " " << heads[i];
  }
}

TEST(FineTuning, OfSmallImagesOnlyTheLastClassifierOfInceptionLearns) {
  ClassifierSpec spec = spec_of("inception_v3", {"a", "b"});
  spec.shape = {3, 75, 75};
  const Classifier classifier(spec);
  EXPECT_TRUE(classifier.model().forward_training(zeros({2, 3, 75, 75})).auxiliary.empty());
}

TEST(FineTuning, FrozenNormsKeepTheirStatistics) {
  manual_seed(4);
  ClassifierSpec spec = spec_of("resnet18", {"red", "green"});
  spec.shape = {3, 16, 16};
  Classifier c(spec);
  vision::freeze(c.model(), "layer1");
  const auto before = c.model().state_dict();
  std::vector<Tensor> kept;
  for (const auto& item : before) kept.push_back(item.value().clone());
  auto pictures = std::make_shared<ColoredPictures>(6);
  vision::ClassifierTrainer trainer(c, pictures,
                                    vision::TrainerOptions().epochs(1).batch_size(3).loop(
                                        train::TrainerOptions().enable_progress_bar(false)));
  trainer.fit();
  size_t i = 0, changed = 0;
  for (const auto& item : c.model().state_dict()) {
    const bool same = item.value().equal(kept[i++]);
    changed += !same;
    const bool frozen = item.key().starts_with("bn1.") || item.key().starts_with("layer1.");
    EXPECT_TRUE(same || !frozen) << item.key();
    const bool learns = item.key() == "layer2.0.bn1.running_mean" || item.key() == "fc.weight";
    EXPECT_FALSE(same && learns) << item.key();
  }
  EXPECT_GT(changed, 20u);
}

}  // namespace
}  // namespace hearth
