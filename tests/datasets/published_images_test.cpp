// SPDX-License-Identifier: Apache-2.0
// Published data sets of images in memory, from small files in their forms.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/datasets/vision/by_name.h"
#include "hearth/datasets/vision/cifar.h"
#include "hearth/datasets/vision/fake_data.h"
#include "hearth/datasets/vision/stl10.h"
#include "hearth/datasets/vision/svhn.h"
#include "hearth/ops/creation.h"

#include "datasets/pictures.h"
#include "error_of.h"

namespace hearth::datasets {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;

namespace fs = std::filesystem;

const std::string kFiles = "tests/data/vision/datasets/";

std::vector<int64_t> values(const Tensor& t) {
  const Tensor flat = t.to(kLong).contiguous();
  const auto* p = flat.const_data_ptr<int64_t>();
  return {p, p + flat.numel()};
}

struct PublishedImages : PictureTest {
  void copy(const std::string& from, const std::string& to) {
    fs::create_directories(fs::path(folder / to).parent_path());
    fs::copy_file(kFiles + from, folder / to, fs::copy_options::overwrite_existing);
  }
  /// The pixels that generate.py gave image n.
  static Tensor expected(int64_t n) {
    return (arange(3072, kLong) + 31 * n).remainder(256).to(kByte).view({3, 32, 32});
  }
};

TEST_F(PublishedImages, CifarOfPython) {
  for (const char* batch : {"data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4",
                            "data_batch_5", "test_batch"})
    copy("cifar10_batch", std::string("cifar-10-batches-py/") + batch);
  copy("cifar10_meta", "cifar-10-batches-py/batches.meta");
  CIFAR10 train(folder.path), test(folder.path, Mode::kTest);
  EXPECT_EQ(train.size(), 10u);
  EXPECT_EQ(test.size(), 2u);
  EXPECT_EQ(test.classes()[9], "c9");
  EXPECT_THAT(values(test.targets()), ElementsAre(6, 9));
  EXPECT_TRUE(test.pixels()[1].equal(expected(1)));
  const auto example = train.get(0);
  EXPECT_EQ(example.data.sizes(), (std::vector<int64_t>{3, 32, 32}));
  EXPECT_FLOAT_EQ(example.data[0][0][5].item<float>(), 5 / 255.0F);
  EXPECT_EQ(example.target.item<int64_t>(), 6);
  copy("cifar100_train", "cifar-100-python/train");
  copy("cifar100_meta", "cifar-100-python/meta");
  CIFAR100 fine(folder.path);
  EXPECT_THAT(values(fine.targets()), ElementsAre(19, 99));
  EXPECT_EQ(fine.classes()[99], "f99");
  EXPECT_THAT(values(read_cifar_pickle(kFiles + "cifar100_train", "coarse_labels").targets),
              ElementsAre(11, 15));
  EXPECT_EQ(pictures("cifar100", Mode::kTrain, PictureOptions().root(folder.path))->size(), 2u);
  // What is no such pickle.
  for (const char* bytes : {"", "\x80\x02", "\x80\x02}.", "\x80\x02K\x05.", "no pickle"}) {
    write("bad", bytes);
    EXPECT_THAT(error_of<FormatError>([&] { read_cifar_pickle(folder / "bad"); }), HasSubstr("bad"))
        << bytes;
  }
  EXPECT_THAT(error_of<FormatError>([&] { read_cifar_pickle(kFiles + "cifar10_meta"); }),
              HasSubstr("data"));
}

TEST_F(PublishedImages, CifarOfC) {
  const auto record = [](const std::string& labels, int64_t n) {
    const Tensor image = expected(n);
    return labels + std::string(static_cast<const char*>(image.const_data_ptr()), 3072);
  };
  const std::string names = "a\nb\nc\n\n";
  for (int i = 1; i <= 5; ++i)
    write("cifar-10-batches-bin/data_batch_" + std::to_string(i) + ".bin",
          record(std::string(1, static_cast<char>(i % 3)), i));
  write("cifar-10-batches-bin/batches.meta.txt", names);
  CIFAR10 train(folder.path);
  EXPECT_THAT(values(train.targets()), ElementsAre(1, 2, 0, 1, 2));
  EXPECT_TRUE(train.pixels()[4].equal(expected(5)));
  EXPECT_THAT(train.classes(), ElementsAre("a", "b", "c"));
  write("cifar-100-binary/test.bin", record(std::string("\x05\x02", 2), 3));
  write("cifar-100-binary/fine_label_names.txt", names);
  EXPECT_THAT(values(CIFAR100(folder.path, Mode::kTest).targets()), ElementsAre(2));
  // Wrong lengths and labels.
  write("cifar-100-binary/test.bin", record(std::string("\x05\x02", 2), 3) + "x");
  EXPECT_THAT(error_of<FormatError>([&] { CIFAR100(folder.path, Mode::kTest); }),
              AllOf(HasSubstr("test.bin"), HasSubstr("records of 3074 bytes")));
  write("cifar-100-binary/test.bin", "");
  EXPECT_THROW(CIFAR100(folder.path, Mode::kTest), FormatError);
  write("cifar-10-batches-bin/data_batch_2.bin", record("\x03", 1));
  EXPECT_THAT(error_of<FormatError>([&] { CIFAR10(folder.path); }), HasSubstr("has class 3"));
  fs::remove(folder / "cifar-10-batches-bin/data_batch_2.bin");
  EXPECT_THAT(error_of<FileError>([&] { CIFAR10(folder.path); }), HasSubstr("data_batch_2.bin"));
}

TEST_F(PublishedImages, HouseNumbers) {
  copy("svhn.mat", "test_32x32.mat");
  SVHN test(folder.path, "test");
  EXPECT_FALSE(test.is_train());
  EXPECT_THAT(values(test.targets()), ElementsAre(1, 0, 9, 2));
  EXPECT_EQ(test.pixels().sizes(), (std::vector<int64_t>{4, 3, 32, 32}));
  EXPECT_TRUE(test.pixels().is_contiguous());
  EXPECT_EQ(test.pixels()[3][2][1][7].item<int>(), 10 * 1 + 7 + 50 * 2 + 3);
  EXPECT_THAT(error_of<FileError>([&] { SVHN{folder.path}; }), HasSubstr("train_32x32.mat"));
  EXPECT_THAT(error_of<ValueError>([&] { SVHN(folder.path, "val"); }),
              HasSubstr("train, test, extra, got 'val'"));
  copy("values.mat", "train_32x32.mat");
  EXPECT_THAT(error_of<FormatError>([&] { SVHN{folder.path}; }), HasSubstr("no variable 'X'"));
}

TEST_F(PublishedImages, Stl10HasColumns) {
  std::string image(3 * 96 * 96, '\0');
  image[96 * 5 + 2] = '\x07';  // x 5, y 2
  write("stl10_binary/train_X.bin", std::string(3 * 96 * 96, '\1') + image);
  write("stl10_binary/train_y.bin", "\x02\x01");
  write("stl10_binary/class_names.txt", "airplane\nbird\n");
  write("stl10_binary/fold_indices.txt", "1 \n0 1\n5 \n");
  STL10 train(folder.path);
  EXPECT_THAT(values(train.targets()), ElementsAre(1, 0));
  EXPECT_EQ(train.pixels()[1][0][2][5].item<int>(), 7);
  EXPECT_THAT(values(STL10(folder.path, "train", 0).targets()), ElementsAre(0));
  EXPECT_THROW(STL10(folder.path, "train", 2), IndexError);
  EXPECT_THROW(STL10(folder.path, "train", 3), ValueError);
  EXPECT_THROW(STL10(folder.path, "unlabeled"), ValueError);
  EXPECT_THROW(STL10::unlabeled(folder.path), FileError);
  write("stl10_binary/unlabeled_X.bin", image + std::string(3 * 96 * 96, '\1') + image);
  EXPECT_TRUE(STL10::unlabeled(folder.path, 0, 1)[0].equal(train.pixels()[1]));
  EXPECT_TRUE(STL10::unlabeled(folder.path, 2)[0].equal(train.pixels()[1]));
  EXPECT_EQ(STL10::unlabeled(folder.path).sizes(), IntArrayRef({3, 3, 96, 96}));
  EXPECT_EQ(STL10::unlabeled(folder.path, 3).size(0), 0);
  EXPECT_THROW(STL10::unlabeled(folder.path, 2, 2), IndexError);
  EXPECT_THROW(STL10::unlabeled(folder.path, -1), IndexError);
  write("stl10_binary/unlabeled_X.bin", image + "x");
  EXPECT_THROW(STL10::unlabeled(folder.path), FormatError);
  write("stl10_binary/train_y.bin", std::string("\0\1", 2));
  EXPECT_THAT(error_of<FormatError>([&] { STL10{folder.path}; }), HasSubstr("has class -1"));
  write("stl10_binary/train_X.bin", image + "x");
  EXPECT_THAT(error_of<FormatError>([&] { STL10{folder.path}; }), HasSubstr("train_X.bin"));
}

TEST_F(PublishedImages, NoiseIsTheSameEveryTime) {
  FakeData data(5, {3, 7, 6}, 4, 100);
  EXPECT_EQ(data.size(), 5u);
  const auto example = data.get(3);
  EXPECT_EQ(example.data.sizes(), (std::vector<int64_t>{3, 7, 6}));
  EXPECT_TRUE(example.data.equal(data.get(3).data));
  EXPECT_FALSE(example.data.equal(data.get(2).data));
  EXPECT_TRUE(example.data.equal(FakeData(9, {3, 7, 6}, 4, 101).get(2).data));
  EXPECT_EQ(data.targets().max().item<int64_t>() < 4, true);
  EXPECT_THROW(data.get(5), IndexError);
  EXPECT_THROW(FakeData(5, {3, 7}), ValueError);
  EXPECT_THROW(FakeData(5, {3, 7, 7}, 0), ValueError);
}

TEST_F(PublishedImages, SayWhatIsMissing) {
  for (const PictureDatasetInfo& info : picture_datasets()) {
    if (info.name == "digits") continue;
    EXPECT_EQ(info.megabytes > 0, !picture_dataset_files(info.name, folder.path).empty())
        << info.name;
    for (const PictureDatasetFile& file : picture_dataset_files(info.name, folder.path)) {
      EXPECT_TRUE(!file.file.checksum.empty() || info.name == "fgvc-aircraft") << info.name;
      EXPECT_FALSE(fs::exists(file.path)) << info.name;
    }
    EXPECT_THAT(error_of<FileError>([&] {
                  pictures(info.name, Mode::kTest, PictureOptions().root(folder / "none"));
                }),
                AnyOf(HasSubstr("put it there"), HasSubstr("put the file there")))
        << info.name;
    EXPECT_TRUE(info.name == "fashion-mnist" ||
                !is_picture_dataset_present(info.name, folder / "none"))
        << info.name;
  }
  EXPECT_TRUE(is_picture_dataset_present("digits"));
  EXPECT_THROW(picture_dataset_files("nope"), ValueError);
}

}  // namespace
}  // namespace hearth::datasets
