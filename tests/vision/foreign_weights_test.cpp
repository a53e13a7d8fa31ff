// SPDX-License-Identifier: Apache-2.0
// Weights under the names of timm and of Hugging Face's transformers, in half precision: what their
// networks make of an image, see tests/golden/cases_foreign_weights.py.
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>

#include "hearth/autograd/grad_mode.h"
#include "hearth/io/save_tensors.h"
#include "hearth/ops/creation.h"
#include "hearth/vision/from_pretrained.h"

#include "core/golden/runner.h"
#include "error_of.h"
#include "temporary.h"
#include "vision/formula_state.h"

namespace hearth::golden {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using vision::ClassifierSpec;
using Mode = vision::transforms::InterpolationMode;

fs::path data_of(const std::string& name) {
  return fs::path("tests/data/vision/foreign_weights") / name;
}

Tensor half_values(const std::string& name, IntArrayRef sizes, double gain) {
  const Tensor t = hearth::empty(sizes);
  set_values(t, name, gain);
  return t.to(kHalf);
}

/// The tensors that tensors.txt lists.
safetensors::NamedTensors tensors_of(const std::string& name, double gain) {
  safetensors::NamedTensors tensors;
  std::ifstream in(data_of(name) / "tensors.txt");
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string key, word;
    words >> key;
    std::vector<int64_t> sizes;
    bool norm = false;
    while (words >> word) {
      if (word == "norm")
        norm = true;
      else
        sizes.push_back(std::stoll(word));
    }
    if (!norm) {
      tensors.emplace_back(key, half_values(key, sizes, gain));
      continue;
    }
    for (const char* leaf : {".weight", ".bias", ".running_mean", ".running_var"})
      tensors.emplace_back(key + leaf, half_values(key + leaf, sizes, gain));
  }
  return tensors;
}

/// A folder as the library would have saved it.
struct Saved {
  Saved(const std::string& name, double gain) {
    for (const char* file : {"config.json", "preprocessor_config.json"})
      if (fs::exists(data_of(name) / file)) fs::copy_file(data_of(name) / file, folder / file);
    save_tensors(tensors_of(name, gain), folder / "model.safetensors");
  }
  TemporaryFolder folder;
};

class ForeignWeights : public ::testing::TestWithParam<OpCases> {};
TEST_P(ForeignWeights, MakeWhatTheirNetworksMake) {
  const NoGradGuard no_grad;
  for (const Case& c : GetParam().cases()) {
    Args args(c);
    const Saved saved(c.variant, args.f("gain"));
    const auto classifier = vision::from_pretrained(saved.folder.path);
    classifier.model().eval();
    const Tensor got = classifier.model().forward(args[0]);
    Tensor want = hearth::empty(c.outputs.at(0).sizes);
    std::memcpy(want.data_ptr<float>(), c.outputs[0].data.data(), c.outputs[0].data.size());
    const double by = ((got - want).abs().max() / want.abs().max()).item<double>();
    EXPECT_LT(by, 1e-4) << c.variant;
    // What says how to make the network again is saved with it.
    classifier.save(saved.folder / "own.safetensors");
    const auto again = vision::Classifier::load(saved.folder / "own.safetensors");
    again.model().eval();
    EXPECT_TRUE(again.model().forward(args[0]).equal(got)) << c.variant;
    EXPECT_EQ(again.spec().interpolation, classifier.spec().interpolation);
    EXPECT_EQ(again.spec().stretch, classifier.spec().stretch);
    vision::save_pretrained(classifier, saved.folder / "folder");
    fs::remove(saved.folder / "folder/model.safetensors");
    save_tensors(tensors_of(c.variant, args.f("gain")), saved.folder / "folder/model.safetensors");
    const auto folder = vision::from_pretrained(saved.folder / "folder");
    folder.model().eval();
    EXPECT_TRUE(folder.model().forward(args[0]).equal(got)) << c.variant;
  }
}
INSTANTIATE_TEST_SUITE_P(Golden, ForeignWeights,
                         ::testing::ValuesIn(operators_of("foreign_weights")), test_name);

ClassifierSpec spec_of(const std::string& name) {
  return vision::from_pretrained(Saved(name, 1).folder.path).spec();
}

TEST(ForeignWeights, TellHowImagesArePrepared) {
  const ClassifierSpec timm = spec_of("timm_mobilenetv3_small_100");
  EXPECT_EQ(timm.model, "mobilenet_v3_small");
  EXPECT_EQ(timm.resize_size, 73);  // 64 / 0.875
  EXPECT_EQ(timm.interpolation, Mode::Bicubic);
  EXPECT_EQ(timm.norm_eps, 1e-5);
  EXPECT_EQ(timm.classes.size(), 5u);

  const ClassifierSpec resnet = spec_of("hf_resnet18");
  EXPECT_EQ(resnet.model, "resnet18");
  EXPECT_EQ(resnet.shape.height, 64);
  EXPECT_EQ(resnet.resize_size, 73);
  EXPECT_FALSE(resnet.stretch);
  EXPECT_EQ(resnet.classes[1], "LABEL_1");

  const ClassifierSpec vit = spec_of("hf_vit_tiny");
  EXPECT_EQ(vit.model, "vit_tiny_patch16_224");
  EXPECT_TRUE(vit.stretch);
  EXPECT_EQ(vit.resize_size, 0);
  EXPECT_EQ(vit.interpolation, Mode::Bilinear);
  EXPECT_EQ(vit.norm_eps, 1e-12);

  const ClassifierSpec efficientnet = spec_of("hf_efficientnet_b0");
  EXPECT_TRUE(efficientnet.stretch);
  EXPECT_EQ(efficientnet.interpolation, Mode::Nearest);
  EXPECT_EQ(efficientnet.same_padding, true);
  EXPECT_NEAR(efficientnet.stddev[0], 0.4785 * 0.4785, 1e-9);  // normalized twice
}

struct Tuning : testing::Test {
  Tuning() : spec(vision::photograph_spec("resnet18", 4)) {
    spec.shape = {3, 64, 64};
    spec.resize_size = 64;
    for (const auto& item : vision::Classifier(spec).model().state_dict())
      tensors.emplace_back(item.key(), item.value().contiguous());
  }
  vision::PretrainedOptions from(const std::string& file) {
    return vision::PretrainedOptions().weights(folder / file);
  }
  Tensor weight(const vision::Classifier& classifier, const std::string& name) {
    return classifier.model().state_dict()[name];
  }
  Tensor given(const std::string& name) {
    for (const auto& [key, t] : tensors)
      if (key == name) return t;
    return {};
  }
  TemporaryFolder folder;
  ClassifierSpec spec;
  safetensors::NamedTensors tensors;
};

TEST_F(Tuning, WrappedStateDictsAreOpened) {
  const std::vector<std::pair<std::string, std::string>> kinds{
      {"", ""},
      {"module.", ""},
      {"state_dict.", ""},
      {"model.module.", ""},
      {"model_ema.module.", "model."},
      {"state_dict._orig_mod.", "optimizer."},
      {"weights.", ""},
      {"net.state_dict.", "net.optimizer."},
      {"state_dict.backbone.", ""},
      {"params_ema.", "params."}};
  for (const auto& [prefix, beside] : kinds) {
    safetensors::NamedTensors wrapped;
    for (const auto& [name, t] : tensors) {
      wrapped.emplace_back(prefix + name, t);
      // A training keeps other tensors as well.
      if (prefix.find("_ema.") != prefix.npos) wrapped.emplace_back(beside + name, t + 1);
    }
    if (prefix.starts_with("model_ema."))
      wrapped.emplace_back("model_ema.n_averaged", zeros({}, kLong));
    save_tensors(wrapped, folder / "net.safetensors");
    const auto opened = vision::from_pretrained("resnet18", from("net.safetensors"));
    EXPECT_EQ(opened.spec().classes.size(), 4u) << prefix;
    EXPECT_TRUE(weight(opened, "layer3.0.conv1.weight").equal(given("layer3.0.conv1.weight")));
  }
  safetensors::NamedTensors two;
  for (const auto& [name, t] : tensors) {
    two.emplace_back("student." + name, t);
    two.emplace_back("teacher." + name, t);
  }
  save_tensors(two, folder / "two.safetensors");
  EXPECT_THAT(
      error_of<FormatError>([&] { vision::from_pretrained("resnet18", from("two.safetensors")); }),
      HasSubstr("expected one network, got student, teacher"));
  tensors.pop_back();
  save_tensors(tensors, folder / "less.safetensors");
  EXPECT_THAT(
      error_of<FormatError>([&] { vision::from_pretrained("resnet18", from("less.safetensors")); }),
      testing::AllOf(HasSubstr("less.safetensors] does not hold"),
                     HasSubstr("Missing key(s) in state_dict: \"fc.bias\"")));
  // Also where so much is missing that the file cannot hold the network.
  std::erase_if(tensors, [](const auto& item) { return item.first.starts_with("layer3.1."); });
  save_tensors(tensors, folder / "few.safetensors");
  EXPECT_THAT(
      error_of<FormatError>([&] { vision::from_pretrained("resnet18", from("few.safetensors")); }),
      testing::AllOf(HasSubstr("few.safetensors] does not hold"),
                     HasSubstr("Missing key(s) in state_dict: \"layer3.1.conv1.weight\"")));
}

TEST(ForeignWeights, AloneTellWhatTheirNamesTell) {
  const auto spec_of_file = [](const std::string& model, const std::string& name) {
    const TemporaryFolder folder;
    save_tensors({{"module." + name, zeros({1})}}, folder / "net.safetensors");
    ClassifierSpec spec;
    spec.model = model;
    read_conventions(TensorFile(folder / "net.safetensors"), spec);
    return spec;
  };
  EXPECT_EQ(spec_of_file("mobilenet_v3_large", "conv_stem.weight").norm_eps, 1e-5);
  EXPECT_FALSE(spec_of_file("mobilenet_v3_large", "features.0.0.weight").norm_eps);
  const ClassifierSpec spec = spec_of_file("efficientnet_b0", "_conv_stem.weight");
  EXPECT_EQ(spec.norm_eps, 1e-3);
  EXPECT_EQ(spec.same_padding, true);
  EXPECT_FALSE(spec_of_file("efficientnet_lite0", "_conv_stem.weight").norm_eps);
}

TEST_F(Tuning, OtherClassesAndChannelsKeepTheTrunk) {
  save_tensors(tensors, folder / "net.safetensors");
  testing::internal::CaptureStderr();
  const auto own = vision::from_pretrained(
      "resnet18", from("net.safetensors").classes({"cat", "dog"}).in_channels(1));
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              testing::AllOf(HasSubstr("[resnet18] fc has fresh weights for 2 classes"),
                             HasSubstr("are for 4")));
  EXPECT_EQ(own.spec().classes, (std::vector<std::string>{"cat", "dog"}));
  EXPECT_EQ(own.spec().shape.channels, 1);
  EXPECT_EQ(own.spec().mean.size(), 1u);
  EXPECT_TRUE(weight(own, "layer4.1.bn2.weight").equal(given("layer4.1.bn2.weight")));
  EXPECT_TRUE(weight(own, "conv1.weight")
                  .allclose(given("conv1.weight").sum({1}, /*keepdim=*/true), 1e-6, 1e-6));
  EXPECT_EQ(weight(own, "fc.weight").sizes(), IntArrayRef({2, 512}));
  EXPECT_GT(weight(own, "fc.weight").abs().max().item<double>(), 0);
  // Without being asked, nothing is made to fit.
  EXPECT_THROW(vision::fit_classifier(
                   [&] {
                     ClassifierSpec grey = spec;
                     grey.shape.channels = 1;
                     grey.mean = grey.stddev = {0.5};
                     return grey;
                   }(),
                   TensorFile(folder / "net.safetensors")),
               FormatError);
}

TEST_F(Tuning, EmbeddingsOfPositionsAreScaled) {
  ClassifierSpec vit = vision::photograph_spec("vit_tiny_patch16_224", 2);
  vit.shape = {3, 32, 32};
  vit.resize_size = 32;
  const vision::Classifier small(vit);
  small.save(folder / "small.safetensors");
  const auto large = vision::from_pretrained(folder / "small.safetensors",
                                             vision::PretrainedOptions().image_size({{64, 48}}));
  const Tensor before = weight(small, "encoder.pos_embedding"),
               after = weight(large, "encoder.pos_embedding");
  EXPECT_EQ(after.sizes(), IntArrayRef({1, 1 + 4 * 3, 192}));
  // The token and the corners stay.
  EXPECT_TRUE(after.select(1, 0).equal(before.select(1, 0)));
  EXPECT_TRUE(after.select(1, 1).allclose(before.select(1, 1), 1e-5, 1e-6));
  EXPECT_TRUE(after.select(1, 12).allclose(before.select(1, 4), 1e-5, 1e-6));
  EXPECT_EQ(large.model().forward(zeros({1, 3, 64, 48})).sizes(), IntArrayRef({1, 2}));
}

TEST_F(Tuning, OldNamesOfMLPsAreRead) {
  ClassifierSpec vit = vision::photograph_spec("vit_tiny_patch16_224", 2);
  vit.shape = {3, 32, 32};
  vit.resize_size = 32;
  const vision::Classifier model(vit);
  safetensors::NamedTensors old;
  for (const auto& item : model.model().state_dict()) {
    std::string name = item.key();
    for (const auto& [now, then] :
         {std::pair{".mlp.0.", ".mlp.linear_1."}, {".mlp.3.", ".mlp.linear_2."}})
      if (const size_t at = name.find(now); at != name.npos)
        name.replace(at, std::string(now).size(), then);
    old.emplace_back(name, item.value().contiguous());
  }
  save_tensors(old, folder / "old.safetensors");
  const auto opened = vision::fit_classifier(vit, TensorFile(folder / "old.safetensors"));
  const Tensor images = ones({1, 3, 32, 32});
  EXPECT_TRUE(opened.model().forward(images).equal(model.model().forward(images)));
}

TEST(ForeignWeights, OtherSizesAndNamesAreRefused) {
  TemporaryFolder folder;
  const auto refusal = [&](const std::string& config) {
    write_text(folder / "config.json", config);
    save_tensors({{"weight", zeros({1})}}, folder / "model.safetensors");
    return error_of<FormatError>([&] { vision::from_pretrained(folder.path); });
  };
  EXPECT_THAT(
      refusal(R"({"model_type":"vit","num_labels":2,"patch_size":8,"num_hidden_layers":1,
                          "num_attention_heads":1,"hidden_size":8,"intermediate_size":8})"),
      testing::AllOf(HasSubstr("config.json] describes a vision transformer of other sizes"),
                     HasSubstr("vit_b_16")));
  EXPECT_THAT(refusal(R"({"model_type":"vit","num_labels":2})"),
              HasSubstr("has no \"patch_size\""));
  EXPECT_THAT(refusal(R"({"architecture":"vit_base_patch16_clip_224","num_classes":2})"),
              HasSubstr("is of timm's vit_base_patch16_clip_224"));
  EXPECT_THAT(
      refusal(R"({"model_type":"resnet","depths":[3,4,6,3],"downsample_in_bottleneck":true})"),
      HasSubstr("downsample_in_bottleneck"));
}

}  // namespace
}  // namespace hearth::golden
