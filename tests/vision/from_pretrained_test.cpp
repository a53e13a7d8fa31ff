// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/from_pretrained.h"

#include <filesystem>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/hub/checksum.h"
#include "hearth/io/save_tensors.h"
#include "hearth/io/serialize.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/random.h"
#include "hearth/vision/transforms/functional/resize.h"

#include "error_of.h"
#include "hub/http_server.h"
#include "temporary.h"

namespace hearth::vision {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

ClassifierSpec small_spec() {
  ClassifierSpec spec;
  spec.model = "lenet";
  spec.shape = {1, 8, 8};
  spec.classes = {"one", "t\"wo", "th\xc3\xa4"};
  spec.dataset = "test";
  spec.mean = {0.5};
  spec.stddev = {0.25};
  return spec;
}

constexpr char kConfig[] = R"({"model_type":"lenet","num_channels":1,"image_size":8,
  "num_labels":3,"image_mean":[0.5],"image_std":[0.25]})";

struct Pretrained : testing::Test {
  Pretrained() : classifier(small_spec()), pixels(full({2, 1, 8, 8}, 7, kByte)) {
    expected = classifier.probabilities(pixels);
  }
  void expect_same(const Classifier& other) {
    EXPECT_TRUE(other.probabilities(pixels).equal(expected));
  }
  safetensors::NamedTensors weights() const {
    safetensors::NamedTensors tensors;
    for (const auto& item : classifier.model().state_dict())
      tensors.emplace_back(item.key(), item.value().contiguous());
    return tensors;
  }
  std::string refusal(const std::string& what, const PretrainedOptions& options = {}) {
    return error_of([&] { from_pretrained(what, options); });
  }
  TemporaryFolder folder;
  Classifier classifier;
  Tensor pixels, expected;
};

TEST_F(Pretrained, WhatIsSavedIsOpened) {
  save_pretrained(classifier, folder / "a/b");
  for (const char* what : {"a/b", "a/b/config.json", "a/b/model.safetensors"}) {
    const Classifier opened = from_pretrained(folder / what);
    expect_same(opened);
    EXPECT_EQ(opened.spec().classes, classifier.spec().classes);
    EXPECT_EQ(opened.spec().dataset, "test");
  }
  // The same by config.json alone.
  save_tensors(weights(), folder / "a/b/model.safetensors");
  const Classifier opened = from_pretrained(folder / "a/b");
  expect_same(opened);
  EXPECT_EQ(opened.spec().classes, classifier.spec().classes);
  EXPECT_EQ(opened.spec().mean, classifier.spec().mean);
  EXPECT_THROW(save_pretrained(classifier, "/dev/null/x"), FileError);
}

TEST_F(Pretrained, WeightsMayHaveAnyForm) {
  write_text(folder / "config.json", kConfig);
  for (const char* name : {"net.pt", "net.npz", "net.safetensors"}) {
    save_tensors(weights(), folder / name);
    expect_same(from_pretrained(folder / name));
  }
  fs::rename(folder / "net.pt", folder / "pytorch_model.bin");
  expect_same(from_pretrained(folder.path));
  // In several files, with their index.
  const auto all = weights();
  const safetensors::NamedTensors first(all.begin(), all.begin() + 4),
      second(all.begin() + 4, all.end());
  save_tensors(first, folder / "model-00001-of-00002.safetensors");
  save_tensors(second, folder / "model-00002-of-00002.safetensors");
  std::string map;
  for (const auto& [name, t] : first)
    map += (map.empty() ? "\"" : ",\"") + name + "\":\"model-00001-of-00002.safetensors\"";
  for (const auto& [name, t] : second)
    map += ",\"" + name + "\":\"model-00002-of-00002.safetensors\"";
  fs::remove(folder / "pytorch_model.bin");
  write_text(folder / "model.safetensors.index.json",
             "{\"metadata\":{},\"weight_map\":{" + map + "}}");
  expect_same(from_pretrained(folder.path));
}

TEST_F(Pretrained, OtherWeightsReplaceItsOwn) {
  save_pretrained(classifier, folder / "a");
  Classifier other(small_spec());
  other.save(folder / "other.safetensors");
  expect_same(from_pretrained(folder / "other.safetensors",
                              PretrainedOptions().weights(folder / "a/model.safetensors")));
  expect_same(
      from_pretrained(folder / "other.safetensors", PretrainedOptions().weights(folder / "a")));
  ClassifierSpec five = small_spec();
  five.classes = {"1", "2", "3", "4", "5"};
  Classifier(five).save(folder / "five.safetensors");
  EXPECT_THAT(refusal(folder / "a", PretrainedOptions().weights(folder / "five.safetensors")),
              testing::AllOf(HasSubstr("five.safetensors] does not hold the classifier"),
                             HasSubstr("fc3.weight")));
  EXPECT_THAT(refusal(folder / "a", PretrainedOptions().weights(folder / "none")),
              HasSubstr("none"));
}

TEST_F(Pretrained, ConfigurationsOfOthersAreRead) {
  save_tensors(weights(), folder / "model.safetensors");
  write_text(folder / "config.json",
             R"({"architecture":"lenet","num_classes":3,"pretrained_cfg":{"input_size":[1,8,8],
                 "mean":[0.5],"std":[0.25],"crop_pct":0.875,"interpolation":"bilinear"}})");
  const Classifier timm = from_pretrained(folder.path);
  expect_same(timm);
  EXPECT_EQ(timm.spec().resize_size, 9);
  EXPECT_EQ(timm.spec().classes, (std::vector<std::string>{"0", "1", "2"}));
  write_text(folder / "config.json",
             R"({"model_type":"lenet","id2label":{"1":"b","0":"a","2":"c"},"num_channels":1})");
  write_text(folder / "preprocessor_config.json",
             R"({"image_mean":[0.5],"image_std":[0.25],"size":{"shortest_edge":12},
                 "crop_size":{"height":8,"width":8},"resample":2})");
  const Classifier hf = from_pretrained(folder.path);
  expect_same(hf);
  EXPECT_EQ(hf.spec().resize_size, 12);
  EXPECT_EQ(hf.spec().classes, (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(Pretrained, WhatCannotBeOpenedSaysWhy) {
  EXPECT_THAT(refusal(folder / "none"), HasSubstr("none] does not exist"));
  EXPECT_THAT(refusal("no such/place/at all"), HasSubstr("nor a name that a repository"));
  EXPECT_THAT(refusal(folder.path), HasSubstr("holds no model; expected one of model.safetensors"));
  save_tensors(weights(), folder / "model.safetensors");
  EXPECT_THAT(refusal(folder.path), HasSubstr("does not say which model its weights are of"));
  const auto with = [&](const std::string& config) {
    write_text(folder / "config.json", config);
    return refusal(folder.path);
  };
  EXPECT_THAT(with("{\"model_type\": "), HasSubstr("config.json] expected JSON"));
  EXPECT_THAT(with("[]"), HasSubstr("expected an object, got an array"));
  EXPECT_THAT(with("{\"num_labels\": 3}"),
              HasSubstr("names no architecture: expected \"model_type\""));
  EXPECT_THAT(with(R"({"model_type":"lenet"})"), HasSubstr("names no classes"));
  EXPECT_THAT(with(R"({"model_type":"lenet","id2label":{"0":"a","2":"c"}})"),
              HasSubstr("id2label has no '1'"));
  EXPECT_THAT(with(R"({"model_type":"lenet","num_labels":3})"),
              HasSubstr("names no size of images"));
  EXPECT_THAT(with(R"({"model_type":"lenet","num_labels":3,"image_size":8})"),
              HasSubstr("names no normalization"));
  EXPECT_THAT(with(R"({"model_type":"lenet","num_labels":3,"image_size":"8"})"),
              HasSubstr("image_size is a string, expected a whole number"));
  std::string config = kConfig;
  EXPECT_THAT(with(config.replace(config.find("lenet"), 5, "vgg")),
              HasSubstr("there is no 'vgg'; known are alexnet, "));
  config = kConfig;
  EXPECT_THAT(with(config.replace(config.find("\":8"), 3, "\":80")),
              HasSubstr("does not hold the classifier"));
  config = kConfig;
  EXPECT_THAT(with(config.replace(config.find("labels\":3"), 9, "labels\":0")),
              HasSubstr("0 classes"));
  write_text(folder / "model.safetensors", "damaged");
  EXPECT_THAT(with(kConfig), HasSubstr("model.safetensors"));
}

/// A hub with one repository of small files.
struct PretrainedHub : Pretrained {
  PretrainedHub() : server([this](const HttpRequest& r) { return answer(r); }) {
    ::setenv("HF_ENDPOINT", server.url().c_str(), 1);
    ::setenv("HF_HOME", folder.path.c_str(), 1);
  }
  HttpReply answer(const HttpRequest& r) {
    const std::string prefix = "/org/net/resolve/main/", commit(40, 'b');
    if (!r.path.starts_with(prefix)) return {404, "", {"X-Error-Code: RepoNotFound"}};
    const auto found = files.find(r.path.substr(prefix.size()));
    if (found == files.end())
      return {404, "", {"X-Repo-Commit: " + commit, "X-Error-Code: EntryNotFound"}};
    write_text(folder / "hashed", found->second);
    return {200,
            found->second,
            {"X-Repo-Commit: " + commit,
             "ETag: \"" + hub::hash_of_file(folder / "hashed", hub::Hash::GitBlob) + "\""}};
  }
  std::map<std::string, std::string> files;
  HttpServer server;
};

TEST_F(PretrainedHub, RepositoriesAreOpened) {
  save_tensors(weights(), folder / "net.pt");
  files = {{"config.json", kConfig}, {"pytorch_model.bin", read_text(folder / "net.pt")}};
  expect_same(from_pretrained("org/net"));
  // Once here, without the network.
  ::setenv("HF_HUB_OFFLINE", "1", 1);
  expect_same(from_pretrained("org/net"));
  // Also where another program asked for no more than it needed.
  fs::remove_all(folder / "hub/models--org--net/.no_exist");
  expect_same(from_pretrained("org/net"));
  fs::remove_all(folder /
                 ("hub/models--org--net/snapshots/" + std::string(40, 'b') + "/pytorch_model.bin"));
  EXPECT_THAT(refusal("org/net"), HasSubstr("model.safetensors is not in"));
  ::unsetenv("HF_HUB_OFFLINE");
  expect_same(from_pretrained("org/net"));
  EXPECT_THAT(refusal("org/nothing"), HasSubstr("Nor is there a file or folder org/nothing"));
  // Other weights: those of the repository are not fetched.
  files = {{"config.json", kConfig}};
  fs::remove_all(folder / "hub");
  classifier.save(folder / "mine.safetensors");
  expect_same(from_pretrained("org/net", PretrainedOptions().weights(folder / "mine.safetensors")));
  EXPECT_THAT(refusal("org/net"), HasSubstr("holds no weights"));
}

TEST(CenterFit, IsResizeAndCenterCrop) {
  const Tensor picture = randint(0, 256, {3, 30, 45}, kByte);
  const Tensor scaled = transforms::functional::resize(picture, {16, 24});
  EXPECT_TRUE(center_fit(picture, {3, 10, 12}, 16).equal(scaled.narrow(1, 3, 10).narrow(2, 6, 12)));
  const Tensor tall = randint(0, 256, {1, 31, 20}, kByte);
  // (15 - 8) / 2 = 3.5 is rounded to the even 4, as Python does.
  EXPECT_TRUE(
      center_fit(tall, {1, 8, 8}, 10)
          .equal(transforms::functional::resize(tall, {15, 10}).narrow(1, 4, 8).narrow(2, 1, 8)));
  EXPECT_EQ(center_fit(tall, {3, 8, 8}, 10).size(0), 3);
  EXPECT_THROW(center_fit(tall, {1, 8, 11}, 10), ValueError);
  EXPECT_THROW(center_fit(zeros({5, 8, 8}, kByte), {1, 8, 8}, 10), ShapeError);
  ClassifierSpec spec = small_spec();
  spec.resize_size = 7;
  EXPECT_THROW(Classifier{spec}, ValueError);
  spec.resize_size = 10;
  Fitted done{true, true};
  EXPECT_EQ(Classifier(spec).fit(tall, Invert::Auto, &done).sizes(), IntArrayRef({1, 8, 8}));
  EXPECT_FALSE(done.inverted);
}

}  // namespace
}  // namespace hearth::vision
