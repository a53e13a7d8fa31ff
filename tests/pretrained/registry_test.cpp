// SPDX-License-Identifier: Apache-2.0
#include "hearth/pretrained/registry.h"

#include <cstdlib>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/base/default_device.h"
#include "hearth/hub/checksum.h"
#include "hearth/io/save_tensors.h"
#include "hearth/ops/creation.h"
#include "hearth/pretrained/audio.h"
#include "hearth/pretrained/vision.h"

#include "embedded.h"
#include "error_of.h"
#include "hub/http_server.h"
#include "temporary.h"

namespace hearth::pretrained {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(Registry, EntriesFitTheirArchitectures) {
  std::set<std::string> names;
  for (const Entry& e : entries()) {
    EXPECT_TRUE(names.insert(e.name).second);
    if (e.task == kLanguages) continue;  // see text_test.cpp
    const bool sounds = e.task == kSounds;
    EXPECT_TRUE(sounds || e.task == kImages) << e.task;
    EXPECT_THAT(sounds ? audio::models::classifier_names() : vision::models::list_models(),
                testing::Contains(e.architecture));
    EXPECT_GT(e.categories->size(), 1u) << e.name;
    EXPECT_EQ(find(e.name), &e);
    if (!e.alias.empty()) {
      EXPECT_EQ(find(e.alias), &e);
    }
    const auto parameters_of = [](const nn::Module& model) {
      int64_t n = 0;
      for (const Tensor& p : model.parameters()) n += p.numel();
      return n;
    };
    const auto network = [&e] {
      const DefaultDeviceGuard meta(kMeta);
      return vision::models::create_model(
          e.architecture, vision::models::ModelOptions()
                              .in_channels(e.channels)
                              .image_size({e.height, e.width})
                              .num_classes(static_cast<int64_t>(e.categories->size())));
    };
    const int64_t parameters =
        sounds ? parameters_of(audio_classifier(e.name).model()) : parameters_of(*network());
    EXPECT_EQ(parameters, e.parameters) << e.name;
    EXPECT_THAT(describe(e), AllOf(HasSubstr(e.source), HasSubstr(e.sha256), HasSubstr("licence: "),
                                   HasSubstr(e.recipe), HasSubstr(e.alias)));
  }
  EXPECT_GE(names.size(), 90u);
  EXPECT_EQ(find("resnet19"), nullptr);
  EXPECT_EQ(find(""), nullptr);
  const Entry* resnet = find("ResNet18_Weights.IMAGENET1K_V1");
  ASSERT_NE(resnet, nullptr);
  EXPECT_EQ(resnet->categories->size(), 1000u);
  EXPECT_EQ((*resnet->categories)[207], "golden retriever");
  EXPECT_EQ(find("GoogLeNet_Weights.DEFAULT")->mean, (std::vector<double>{0.5, 0.5, 0.5}));
  EXPECT_EQ(resnet->metrics.at("ImageNet-1K").at("acc@1"), 69.758);
  // All entries of a data set have one list.
  EXPECT_EQ(resnet->categories, find("vit_b_16-imagenet1k-v1")->categories);
}

TEST(Registry, WeightsAreFoundByTheirAliases) {
  const Entry* v2 = find("ResNet50_Weights.IMAGENET1K_V2");
  ASSERT_NE(v2, nullptr);
  EXPECT_EQ(find("ResNet50_Weights.DEFAULT"), v2);
  EXPECT_EQ(find("DEFAULT"), nullptr);
  EXPECT_EQ(v2->resize_size, 232);
  for (const char* weights : {"DEFAULT", "IMAGENET1K_V2", "ResNet50_Weights.IMAGENET1K_V2",
                              "ResNet50_Weights.DEFAULT", "resnet50-imagenet1k-v2"})
    EXPECT_EQ(&find_weights("resnet50", weights), v2) << weights;
  EXPECT_EQ(find_weights("resnet50", "IMAGENET1K_V1").sha256, "0676ba61");
  const Entry& swag = find_weights("vit_b_16", "IMAGENET1K_SWAG_E2E_V1");
  EXPECT_EQ(swag.height, 384);
  EXPECT_EQ(swag.interpolation, "bicubic");
  EXPECT_THAT(swag.licence, HasSubstr("SWAG"));
  EXPECT_THAT(error_of<ValueError>([] { find_weights("resnet50", "ResNet18_Weights.DEFAULT"); }),
              AllOf(HasSubstr("[resnet50] has no weights"), HasSubstr("expected one of"),
                    HasSubstr("ResNet50_Weights.IMAGENET1K_V1")));
  EXPECT_THAT(error_of<ValueError>([] { find_weights("mlp", "DEFAULT"); }),
              HasSubstr("none are known"));
}

TEST(Registry, BuiltInWeightsAreThoseOfTheRegistry) {
  TemporaryFolder folder;
  size_t n = 0;
  for (const Entry& e : entries()) {
    if (!e.built_in()) continue;
    ++n;
    const std::string_view bytes = embedded_file(e.name + "/model.safetensors");
    write_text(folder / "weights", std::string(bytes));
    EXPECT_EQ(hub::hash_of_file(folder / "weights", hub::Hash::Sha256), e.sha256);
    EXPECT_LT(bytes.size(), 2'000'000u);
    if (e.task == kLanguages) continue;
    // Both describe the same.
    if (e.task == kSounds) {
      const auto spec = audio::Classifier::spec_of(TensorFile(bytes.data(), bytes.size()));
      EXPECT_EQ(spec.classes, *e.categories);
      EXPECT_EQ(spec.model, e.architecture);
      EXPECT_EQ(spec.samples, e.samples);
      EXPECT_EQ(spec.front_end.sample_rate, e.sample_rate);
      EXPECT_THAT(
          error_of<ValueError>([&] { image_classifier(e.name); }),
          HasSubstr("a model for audio-classification; expected cnn-fashion-mnist, lenet-digits"));
      continue;
    }
    const auto spec = vision::Classifier::spec_of(TensorFile(bytes.data(), bytes.size()));
    const auto opened = image_classifier(e.name);
    EXPECT_EQ(opened.spec().classes, spec.classes);
    EXPECT_EQ(opened.spec().mean, spec.mean);
    EXPECT_EQ(opened.spec().stddev, spec.stddev);
    EXPECT_EQ(opened.spec().resize_size, spec.resize_size);
  }
  EXPECT_GE(n, 2u);
}

struct Download : testing::Test {
  Download()
      : server([this](const HttpRequest& r) {
          return r.path == "/" + name ? part_of(bytes, r) : HttpReply{404, "", {}};
        }) {
    ::setenv("HEARTH_HOME", folder.path.c_str(), 1);
    ::setenv("TORCH_HOME", (folder / "torch").c_str(), 1);
    // What torchvision keeps: a dict of tensors by torch.save, with the hash in its name.
    const auto model = vision::models::create_model(
        "lenet", vision::models::ModelOptions().in_channels(1).image_size({8, 8}).num_classes(2));
    safetensors::NamedTensors weights;
    for (const auto& item : model->state_dict()) weights.emplace_back(item.key(), item.value());
    save_tensors(weights, folder / "net.pth");
    bytes = read_text(folder / "net.pth");
    entry.name = "net-test";
    entry.architecture = "lenet";
    entry.categories = std::make_shared<const std::vector<std::string>>(2, "a");
    entry.channels = 1;
    entry.height = entry.width = 8;
    entry.mean = {0.5};
    entry.stddev = {1};
    entry.sha256 = hub::hash_of_file(folder / "net.pth", hub::Hash::Sha256).substr(0, 8);
    name = "net-" + entry.sha256 + ".pth";
    entry.source = server.url() + "/" + name;
    expected = model->forward(ones({1, 1, 8, 8}));
  }
  TemporaryFolder folder;
  std::string name, bytes;
  Entry entry;
  Tensor expected;
  HttpServer server;
};

TEST_F(Download, WeightsAreFetchedOnceAndChecked) {
  testing::internal::CaptureStderr();
  const auto classifier = image_classifier(entry);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("from " + entry.source));
  EXPECT_TRUE(classifier.model().forward(ones({1, 1, 8, 8})).equal(expected));
  const size_t asked = server.requests().size();
  testing::internal::CaptureStderr();
  image_classifier(entry);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(server.requests().size(), asked);
  // Weights that are given instead are all that is read.
  const std::string mine = folder / "net.pth";
  bytes = "something else";
  std::filesystem::remove_all(folder / "checkpoints");
  EXPECT_TRUE(image_classifier(entry, vision::PretrainedOptions().weights(mine))
                  .model()
                  .forward(ones({1, 1, 8, 8}))
                  .equal(expected));
  EXPECT_EQ(server.requests().size(), asked);
  EXPECT_THAT(error_of<FormatError>([&] { image_classifier(entry); }), HasSubstr(name));
}

TEST(ImageClassifier, TakesNamesAndPaths) {
  EXPECT_THAT(error_of<ValueError>([] { image_classifier("resnet18"); }),
              AllOf(HasSubstr("is an architecture without weights"),
                    HasSubstr("resnet18-imagenet1k-v1"), testing::Not(HasSubstr("resnet34"))));
  EXPECT_THAT(
      error_of<ValueError>([] { image_classifier("lenet-digit"); }),
      HasSubstr("no pretrained model, file or folder; expected cnn-fashion-mnist, lenet-digits"));
  TemporaryFolder folder;
  vision::save_pretrained(image_classifier("lenet-digits"), folder / "copy");
  EXPECT_EQ(image_classifier(folder / "copy").spec().dataset, "digits");
  EXPECT_THROW(image_classifier(folder / "none"), FileError);
}

TEST(CreateModel, TakesWeightsAndOtherClasses) {
  TemporaryFolder folder;
  const auto net = create_model("squeezenet1_1", CreateModelOptions().num_classes(3));
  safetensors::NamedTensors weights;
  for (const auto& item : net->state_dict())
    weights.emplace_back("module." + item.key(), item.value().contiguous());
  save_tensors(weights, folder / "net.pth");
  const auto same = create_model("squeezenet1_1", CreateModelOptions().weights(folder / "net.pth"));
  net->eval();
  same->eval();
  const Tensor images = ones({1, 3, 64, 64});
  EXPECT_TRUE(same->forward(images).equal(net->forward(images)));

  testing::internal::CaptureStderr();
  const auto other = create_model("squeezenet1_1",
                                  CreateModelOptions().weights(folder / "net.pth").num_classes(5));
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              HasSubstr("[squeezenet1_1] classifier.1 has fresh weights for 5 classes"));
  const auto state = other->state_dict();
  EXPECT_EQ(state["classifier.1.weight"].size(0), 5);
  EXPECT_TRUE(state["features.0.weight"].equal(net->state_dict()["features.0.weight"]));

  EXPECT_THAT(error_of<ValueError>(
                  [] { create_model("resnet50", CreateModelOptions().weights("IMAGENET1K_V9")); }),
              HasSubstr("[resnet50] has no weights 'IMAGENET1K_V9'"));
  EXPECT_THAT(error_of<FormatError>([&] {
                create_model("resnet18", CreateModelOptions().weights(folder / "net.pth"));
              }),
              HasSubstr("net.pth] does not hold the classifier"));
}

TEST(ImageClassifier, OpensBareStateDictsByArchitecture) {
  TemporaryFolder folder;
  const auto save = [&](int64_t classes) {
    const auto net = create_model("resnet18", CreateModelOptions().num_classes(classes));
    safetensors::NamedTensors weights;
    for (const auto& item : net->state_dict())
      weights.emplace_back(item.key(), item.value().contiguous());
    save_tensors(weights, folder / "net.pth");
    return image_classifier("resnet18", vision::PretrainedOptions().weights(folder / "net.pth"));
  };
  const auto imagenet = save(1000);
  EXPECT_EQ(imagenet.spec().classes[207], "golden retriever");
  EXPECT_EQ(imagenet.spec().resize_size, 256);
  EXPECT_EQ(save(7).spec().classes, (std::vector<std::string>{"0", "1", "2", "3", "4", "5", "6"}));
}

}  // namespace
}  // namespace hearth::pretrained
