// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/vision/image_folder.h"

#include <filesystem>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/datasets/vision/by_name.h"
#include "hearth/ops/creation.h"
#include "hearth/vision/io/image.h"

#include "error_of.h"
#include "temporary.h"

namespace hearth::datasets {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Folder : testing::Test {
  /// A picture of one shade.
  void add(const std::string& name, int shade, int64_t height = 4, int64_t width = 4) {
    const std::string path = folder / name;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    const Tensor picture = full({3, height, width}, shade, kByte);
    if (name.ends_with(".jpg")) {
      vision::io::write_jpeg(picture, path);
    } else {
      vision::io::write_png(picture, path);
    }
  }
  std::set<int> shades(const LabeledImages& images) {
    std::set<int> all;
    for (int64_t i = 0; i < images.pixels().size(0); ++i)
      all.insert(images.pixels()[i][0][0][0].item<int>());
    return all;
  }
  TemporaryFolder folder;
};

TEST_F(Folder, ClassesAreItsFoldersInOrder) {
  for (int i = 0; i < 10; ++i) {
    add("dog/" + std::to_string(i) + ".png", 10 + i);
    add("cat/deep/" + std::to_string(i) + ".PNG", 100 + i, 3, 9);
  }
  write_text(folder / "dog/notes.txt", "x");
  write_text(folder / "dog/.hidden.png", "x");
  auto options = ImageFolderOptions().size(8).test_share(0.3);
  const ImageFolder train(folder.path, Mode::kTrain, options);
  const ImageFolder test(folder.path, Mode::kTest, options);
  EXPECT_THAT(train.classes(), ElementsAre("cat", "dog"));
  EXPECT_EQ(train.pixels().sizes(), (std::vector<int64_t>{14, 3, 8, 8}));
  EXPECT_EQ(test.pixels().size(0), 6);
  // Each image is in one part, and both classes are in both.
  const auto learned = shades(train), tested = shades(test);
  EXPECT_EQ(learned.size() + tested.size(), 20u);
  for (const int shade : tested) EXPECT_EQ(learned.count(shade), 0u);
  for (int64_t i = 0; i < test.pixels().size(0); ++i)
    EXPECT_EQ(test.targets()[i].item<int64_t>(), test.pixels()[i][0][0][0].item<int>() < 100);
  EXPECT_EQ(shades(ImageFolder(folder.path, Mode::kTest, options)), tested);
  EXPECT_NE(shades(ImageFolder(folder.path, Mode::kTest, options.seed(1))), tested);
  EXPECT_TRUE(is_image_folder(folder.path));
  EXPECT_EQ(labeled_images(folder.path, Mode::kTest, options).pixels().size(3), 8);
}

TEST_F(Folder, MaySayItselfWhatIsForTesting) {
  add("train/a/1.png", 1);
  add("train/b/2.jpg", 2);
  add("val/b/3.png", 3);
  EXPECT_THAT(shades(ImageFolder(folder.path)), ElementsAre(1, 2));
  add("val/a/4.png", 4);
  const ImageFolder test(folder.path, Mode::kTest);
  EXPECT_THAT(shades(test), ElementsAre(3, 4));
  EXPECT_THAT(test.classes(), ElementsAre("a", "b"));
  add("val/c/5.png", 5);
  EXPECT_THAT(error_of([&] { ImageFolder(folder.path, Mode::kTest); }), HasSubstr("a class 'c'"));
}

TEST_F(Folder, SaysWhatIsWrong) {
  EXPECT_THAT(error_of([&] { ImageFolder{folder / "none"}; }), HasSubstr("is no folder"));
  EXPECT_THAT(error_of([&] { ImageFolder{folder.path}; }), HasSubstr("at least two"));
  add("a/1.png", 1);
  add("b/1.png", 1);
  EXPECT_THAT(error_of([&] { ImageFolder{folder.path}; }), HasSubstr("two or more"));
  for (const char* name : {"a/2.png", "a/3.png", "b/2.png", "b/3.png"}) add(name, 2);
  write_text(folder / "b/4.png", "no picture");
  write_text(folder / "b/5.png", "no picture");
  const auto everything = [&](bool skip) {
    const auto options = ImageFolderOptions().skip_broken(skip);
    return ImageFolder(folder.path, Mode::kTrain, options).pixels().size(0) +
           ImageFolder(folder.path, Mode::kTest, options).pixels().size(0);
  };
  EXPECT_THAT(error_of([&] { everything(false); }), HasSubstr("b/"));
  testing::internal::CaptureStderr();
  EXPECT_EQ(everything(true), 6);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("images, which cannot be read"));
  EXPECT_THAT(error_of([&] { labeled_images("nonsense", Mode::kTest); }), HasSubstr("and folders"));
}

}  // namespace
}  // namespace hearth::datasets
