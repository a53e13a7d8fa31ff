// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/vision/mnist.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/datasets/vision/by_name.h"
#include "hearth/datasets/vision/digits.h"

#include "temporary.h"

namespace hearth::datasets {
namespace {

using testing::HasSubstr;

std::string be32(uint32_t v) {
  return {static_cast<char>(v >> 24), static_cast<char>(v >> 16), static_cast<char>(v >> 8),
          static_cast<char>(v)};
}

std::string images(uint32_t n, uint32_t h, uint32_t w) {
  std::string s = be32(0x803) + be32(n) + be32(h) + be32(w);
  for (uint32_t i = 0; i < n * h * w; ++i) s += static_cast<char>(i % 251);
  return s;
}

std::string labels(const std::string& values) {
  return be32(0x801) + be32(static_cast<uint32_t>(values.size())) + values;
}

struct Mnist : testing::Test {
  Mnist() {
    write_text(folder / "train-images-idx3-ubyte", images(3, 2, 4));
    write_text(folder / "train-labels-idx1-ubyte", labels({7, 0, 9}));
    write_text(folder / "t10k-images-idx3-ubyte", images(2, 2, 4));
    write_text(folder / "t10k-labels-idx1-ubyte", labels({1, 2}));
  }
  std::string failure() const {
    try {
      MNIST(folder.path);
    } catch (const Error& e) {
      return e.what();
    }
    return "nothing thrown";
  }
  TemporaryFolder folder;
};

TEST_F(Mnist, FollowsLibTorch) {
  MNIST train(folder.path), test(folder.path, Mode::kTest);
  EXPECT_TRUE(train.is_train());
  EXPECT_FALSE(test.is_train());
  EXPECT_EQ(train.size().value(), 3u);
  EXPECT_EQ(test.size().value(), 2u);
  EXPECT_EQ(train.images().sizes(), (std::vector<int64_t>{3, 1, 2, 4}));
  EXPECT_EQ(train.images().scalar_type(), kFloat);
  EXPECT_EQ(train.targets().scalar_type(), kLong);
  const auto example = train.get(2);
  EXPECT_EQ(example.data.sizes(), (std::vector<int64_t>{1, 2, 4}));
  EXPECT_FLOAT_EQ(example.data.contiguous().const_data_ptr<float>()[1], 17 / 255.0f);
  EXPECT_EQ(example.target.item<int64_t>(), 9);
  EXPECT_EQ(example.target.dim(), 0);
  const auto batch = train.gather({2, 0});
  EXPECT_EQ(batch.data.sizes(), (std::vector<int64_t>{2, 1, 2, 4}));
  EXPECT_EQ(batch.target.select(0, 1).item<int64_t>(), 7);
  EXPECT_EQ(train.classes().size(), 10u);
  EXPECT_EQ(FashionMNIST(folder.path).classes()[9], "Ankle boot");
  EXPECT_EQ(KMNIST(folder.path).classes()[1], "ki");
}

TEST_F(Mnist, RefusesFilesThatDoNotFitTogether) {
  write_text(folder / "train-labels-idx1-ubyte", labels({7, 0}));
  EXPECT_THAT(failure(), HasSubstr("expected 3 class indices"));
  write_text(folder / "train-labels-idx1-ubyte", labels({7, 0, 10}));
  EXPECT_THAT(failure(), HasSubstr("has class 10, there are 10"));
  write_text(folder / "train-labels-idx1-ubyte", images(3, 1, 1));
  EXPECT_THROW(MNIST(folder.path), FormatError);
  write_text(folder / "train-images-idx3-ubyte", labels({7, 0, 9}));
  EXPECT_THAT(failure(), HasSubstr("expected images [N, H, W]"));
  std::filesystem::remove(folder / "train-images-idx3-ubyte");
  EXPECT_THAT(failure(), testing::AllOf(HasSubstr("train-images-idx3-ubyte"),
                                        HasSubstr(folder.path), HasSubstr("download")));
  EXPECT_THROW(MNIST(folder.path), FileError);
}

TEST_F(Mnist, EmnistIsUprightAndKnowsItsSplits) {
  write_text(folder / "emnist-letters-test-images-idx3-ubyte", images(1, 2, 2));
  write_text(folder / "emnist-letters-test-labels-idx1-ubyte", labels({26}));
  EMNIST letters(folder.path, "letters", Mode::kTest);
  EXPECT_EQ(letters.classes().size(), 27u);
  EXPECT_EQ(letters.classes()[26], "z");
  const auto* p = letters.pixels().const_data_ptr<uint8_t>();
  EXPECT_THAT(std::vector<int>(p, p + 4), testing::ElementsAre(0, 2, 1, 3));
  EXPECT_THROW(EMNIST(folder.path, "capitals"), ValueError);
  EXPECT_THROW(EMNIST(folder.path, "balanced"), FileError);
}

TEST(DigitsData, IsPartOfTheLibrary) {
  Digits train, test(Mode::kTest);
  EXPECT_EQ(train.size().value(), 1437u);
  EXPECT_EQ(test.size().value(), 360u);
  EXPECT_EQ(train.pixels().sizes(), (std::vector<int64_t>{1437, 1, 8, 8}));
  // The first image is for testing, a zero; its first row is 0 0 5 13 9 1 0 0 of 16.
  EXPECT_EQ(test.targets().select(0, 0).item<int64_t>(), 0);
  const auto* p = test.pixels().const_data_ptr<uint8_t>();
  EXPECT_THAT(std::vector<int>(p, p + 8), testing::ElementsAre(0, 0, 80, 207, 143, 16, 0, 0));
  std::vector<int64_t> count(10);
  for (const Digits* d : {&train, &test})
    for (int64_t i = 0; i < d->targets().numel(); ++i)
      ++count[static_cast<size_t>(d->targets().const_data_ptr<int64_t>()[i])];
  EXPECT_THAT(count, testing::ElementsAre(178, 182, 177, 183, 181, 182, 181, 179, 174, 180));
}

TEST(ByName, KnowsAllAndOffersThem) {
  EXPECT_EQ(labeled_images("digits", Mode::kTest).size().value(), 360u);
  try {
    labeled_images("cifar", Mode::kTrain);
    FAIL();
  } catch (const ValueError& e) {
    for (const std::string& name : labeled_images_names()) EXPECT_THAT(e.what(), HasSubstr(name));
  }
}

}  // namespace
}  // namespace hearth::datasets
