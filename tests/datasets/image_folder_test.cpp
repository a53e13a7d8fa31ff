// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/vision/image_folder.h"

#include <filesystem>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/datasets/vision/by_name.h"
#include "hearth/vision/classification/picture_sources.h"

#include "datasets/pictures.h"
#include "error_of.h"

namespace hearth::datasets {
namespace {

using data::readers::Broken;
using testing::ElementsAre;
using testing::HasSubstr;

struct Folder : PictureTest {
  std::vector<int> of(Mode mode, const PictureOptions& options = {}) {
    return shades(*folder_pictures(folder.path, mode, options));
  }
};

TEST_F(Folder, ClassesAreItsFoldersInOrder) {
  for (int i = 0; i < 10; ++i) {
    add("dog/" + std::to_string(i) + ".png", 10 + i);
    add("cat/deep/" + std::to_string(i) + ".PNG", 100 + i, 3, 9);
  }
  write("dog/notes.txt", "x");
  write("dog/.hidden.png", "x");
  const auto options = PictureOptions().test_share(0.3);
  ImageFolder train(folder.path, Mode::kTrain, options), test(folder.path, Mode::kTest, options);
  EXPECT_THAT(train.classes(), ElementsAre("cat", "dog"));
  EXPECT_EQ(train.size(), 14u);
  EXPECT_EQ(test.size(), 6u);
  // Each image is in one part, and both classes are in both.
  const auto learned = of(Mode::kTrain, options), tested = of(Mode::kTest, options);
  std::set<int> all(learned.begin(), learned.end());
  all.insert(tested.begin(), tested.end());
  EXPECT_EQ(all.size(), 20u);
  for (size_t i = 0; i < 6; ++i) {
    const auto example = test.get(i);
    EXPECT_EQ(example.target.item<int64_t>(), tested[i] < 100);
    EXPECT_FLOAT_EQ(example.data[1][0][0].item<float>(), static_cast<float>(tested[i]) / 255.0F);
    EXPECT_EQ(example.data.sizes()[2], tested[i] < 100 ? 4 : 9);
  }
  EXPECT_TRUE(test.targets().equal(vision::targets(*test.pictures())));
  EXPECT_EQ(of(Mode::kTest, options), tested);
  EXPECT_NE(of(Mode::kTest, PictureOptions(options).seed(1)), tested);
  EXPECT_EQ(of(Mode::kTest, PictureOptions().whole(true)).size(), 20u);
  EXPECT_EQ(pictures(folder.path, Mode::kTest, options)->size(), 6u);
}

TEST_F(Folder, FilesAreInTorchvisionsOrder) {
  // sorted(os.walk(folder)), and the sorted files of each.
  int shade = 0;
  for (const char* name :
       {"x/B.png", "x/a.png", "x/a/2.png", "x/a-b/1.png", "x/a/c/0.png", "y/1.png"})
    add(name, ++shade);
  EXPECT_THAT(of(Mode::kTrain, PictureOptions().whole(true)), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST_F(Folder, MaySayItselfWhatIsForTesting) {
  add("train/a/1.png", 1);
  add("train/b/2.jpg", 2);
  add("train/b/3.png", 3);
  add("train/a/4.png", 4);
  // With nothing beside it, train/ is divided.
  EXPECT_EQ(of(Mode::kTrain).size(), 2u);
  EXPECT_EQ(of(Mode::kTest).size(), 2u);
  add("val/b/5.png", 5);
  EXPECT_THAT(of(Mode::kTrain), ElementsAre(1, 4, 2, 3));
  add("val/a/6.png", 6);
  add("test/a/7.png", 7);
  const auto val = folder_pictures(folder.path, Mode::kTest);
  EXPECT_THAT(shades(*val), ElementsAre(6, 5));
  EXPECT_THAT(val->classes(), ElementsAre("a", "b"));
  EXPECT_THAT(of(Mode::kTrain, PictureOptions().split("test")), ElementsAre(7));
  EXPECT_THAT(error_of<FileError>([&] { of(Mode::kTest, PictureOptions().split("none")); }),
              HasSubstr("has no folder none"));
  add("val/c/8.png", 8);
  EXPECT_THAT(error_of([&] { of(Mode::kTest); }), HasSubstr("a class 'c'"));
}

TEST_F(Folder, SaysWhatIsWrong) {
  EXPECT_THAT(error_of([&] { ImageFolder{folder / "none"}; }), HasSubstr("is no folder"));
  EXPECT_THAT(error_of([&] { of(Mode::kTrain); }), HasSubstr("at least two"));
  add("a/1.png", 1);
  add("b/1.png", 1);
  EXPECT_THAT(error_of([&] { of(Mode::kTrain); }),
              HasSubstr("a] holds 1 picture; expected two or more"));
  for (const char* name : {"a/2.png", "a/3.png", "b/2.png", "b/3.png"}) add(name, 2);
  std::filesystem::create_directories(folder / "c");
  EXPECT_THAT(error_of<FormatError>([&] { of(Mode::kTrain); }),
              HasSubstr("holds no pictures of the classes c"));
  EXPECT_EQ(folder_pictures(folder.path, Mode::kTrain, PictureOptions().allow_empty(true))
                ->classes()
                .size(),
            3u);
  EXPECT_THAT(error_of([&] { of(Mode::kTrain, PictureOptions().extensions({".webp"})); }),
              HasSubstr("holds no pictures"));
  EXPECT_THAT(error_of([&] { pictures("nonsense", Mode::kTest); }), HasSubstr("and folders"));
  std::filesystem::create_directory_symlink(folder.path, folder / "a/circle");
  EXPECT_THAT(error_of<FormatError>([&] { of(Mode::kTrain); }),
              HasSubstr("a/circle] is a link to a folder in which it lies itself"));
  std::filesystem::remove(folder / "a/circle");
  std::string deep = folder / "a";
  for (int i = 0; i < 33; ++i) deep += "/b";
  std::filesystem::create_directories(deep);
  EXPECT_THAT(error_of<FormatError>([&] { of(Mode::kTrain); }), HasSubstr("folders deep"));
}

TEST_F(Folder, LeavesOutWhatCannotBeReadIfAsked) {
  for (int i = 0; i < 4; ++i) {
    add("a/" + std::to_string(i) + ".png", i);
    add("b/" + std::to_string(i) + ".png", 10 + i);
  }
  write("b/4.png", "no picture");
  write("b/5.jpg", png(9).substr(0, 50));
  std::filesystem::create_symlink("nowhere", folder / "b/6.png");
  add("b/7.jpg", 50, 64, 64);
  std::filesystem::resize_file(folder / "b/7.jpg",
                               std::filesystem::file_size(folder / "b/7.jpg") - 20);
  // Whatever its name says, it is a PNG.
  write("a/4.jpg", png(7));
  const auto all = PictureOptions().whole(true);
  const auto strict = folder_pictures(folder.path, Mode::kTrain, all);
  ASSERT_EQ(strict->size(), 13u);
  EXPECT_EQ(strict->picture(4)[0][0][0].item<int>(), 7);
  for (size_t i = 9; i < 13; ++i)
    EXPECT_THAT(error_of<Error>([&] { strict->picture(i); }), HasSubstr(strict->name(i)));
  EXPECT_THAT(error_of<FormatError>([&] { PictureDataset(strict).get(9); }), HasSubstr("b/4.png"));
  EXPECT_THROW(strict->picture(13), IndexError);
  vision::BrokenPictures broken;
  EXPECT_EQ(vision::without_broken(strict, &broken)->size(), 9u);
  EXPECT_EQ(broken.count, 4u);
  EXPECT_THAT(broken.first, ElementsAre(HasSubstr("b/4.png"), HasSubstr("b/5.jpg"),
                                        HasSubstr("b/6.png"), HasSubstr("b/7.jpg")));
  testing::internal::CaptureStderr();
  EXPECT_EQ(of(Mode::kTrain, PictureOptions(all).broken(Broken::Skip)).size(), 9u);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("left out 4 of 13 pictures"));
}

TEST_F(Folder, BecomesImagesOfOneSize) {
  for (int i = 0; i < 4; ++i) {
    add("a/" + std::to_string(i) + ".png", i, 5, 9);
    add("b/" + std::to_string(i) + ".jpg", 10 + i);
  }
  const LabeledImages images =
      labeled_images(folder.path, Mode::kTrain, LabeledImagesOptions().size(8));
  EXPECT_EQ(images.pixels().sizes(), (std::vector<int64_t>{6, 3, 8, 8}));
  EXPECT_THAT(classes_of(*images.pictures()), ElementsAre(0, 0, 0, 1, 1, 1));
  EXPECT_EQ(images.pictures()->picture(4).sizes(), (std::vector<int64_t>{3, 8, 8}));
  EXPECT_EQ(images.pictures()->name(4), "image 4 of " + folder.path);
  EXPECT_FALSE(images.pictures()->encoded(4).defined());
  EXPECT_THROW(images.pictures()->picture(6), IndexError);
  EXPECT_THROW(labeled_images(folder.path, Mode::kTrain, LabeledImagesOptions().size(0)),
               ValueError);
}

TEST_F(Folder, SourcesMayBeCutAndJoined) {
  for (int i = 0; i < 2; ++i) {
    add("a/" + std::to_string(i) + ".png", i);
    add("b/" + std::to_string(i) + ".png", 10 + i);
  }
  const auto all = folder_pictures(folder.path, Mode::kTrain, PictureOptions().whole(true));
  const auto some = vision::subset(all, {3, 0, 3});
  EXPECT_THAT(shades(*some), ElementsAre(11, 0, 11));
  EXPECT_THAT(classes_of(*some), ElementsAre(1, 0, 1));
  EXPECT_EQ(some->name(1), all->name(0));
  EXPECT_TRUE(some->encoded(0).equal(all->encoded(3)));
  EXPECT_THROW(vision::subset(all, {4}), IndexError);
  EXPECT_THROW(some->target(3), IndexError);
  const auto joined = vision::concatenated({some, vision::subset(all, {}), all});
  EXPECT_THAT(shades(*joined), ElementsAre(11, 0, 11, 0, 1, 10, 11));
  EXPECT_THROW(joined->picture(7), IndexError);
  EXPECT_THROW(vision::concatenated({all, pictures("digits", Mode::kTest)}), ValueError);
  EXPECT_THROW(vision::concatenated({}), ValueError);
}

}  // namespace
}  // namespace hearth::datasets
