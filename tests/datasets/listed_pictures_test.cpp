// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/vision/listed_pictures.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/data/dataloader.h"
#include "hearth/datasets/vision/by_name.h"

#include "datasets/pictures.h"
#include "datasets/tar.h"
#include "error_of.h"

namespace hearth::datasets {
namespace {

using data::readers::Broken;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

const PictureOptions kWhole = PictureOptions().whole(true);

struct ListedPictures : PictureTest {
  ListedPictures() {
    for (int i = 0; i < 4; ++i) add("images/" + std::to_string(i) + ".png", i);
  }
  std::string refusal(const std::string& list) {
    write("list.csv", list);
    return error_of<Error>([&] { listed_pictures(folder / "list.csv", Mode::kTrain, kWhole); });
  }
};

TEST_F(ListedPictures, WithOrWithoutAHeader) {
  write("list.csv", "images/3.png,b\n\"images/0.png\",a\n");
  const auto plain = listed_pictures(folder / "list.csv", Mode::kTrain, kWhole);
  EXPECT_THAT(plain->classes(), ElementsAre("a", "b"));
  EXPECT_THAT(shades(*plain), ElementsAre(3, 0));
  EXPECT_THAT(classes_of(*plain), ElementsAre(1, 0));
  write("list.tsv", "id\tClass\tFilename\n7\t10\timages/1.png\n8\t9\timages/2.png\n");
  const auto named = pictures(folder / "list.tsv", Mode::kTrain, kWhole);
  // In the order of numbers.
  EXPECT_THAT(named->classes(), ElementsAre("9", "10"));
  EXPECT_THAT(shades(*named), ElementsAre(1, 2));
  write("list.csv.gz", gzipped("path,label\n" + (folder / "images/1.png") + ",x\n"));
  EXPECT_THAT(shades(*pictures(folder / "list.csv.gz", Mode::kTrain, kWhole)), ElementsAre(1));
}

TEST_F(ListedPictures, AreDividedByAColumnOrByShare) {
  write("list.csv",
        "path,label,split\nimages/0.png,a,train\nimages/1.png,b,Val\nimages/2.png,a,test\n");
  const auto of = [&](Mode mode, const std::string& split) {
    return shades(*listed_pictures(folder / "list.csv", mode, PictureOptions().split(split)));
  };
  EXPECT_THAT(of(Mode::kTrain, ""), ElementsAre(0));
  EXPECT_THAT(of(Mode::kTest, ""), ElementsAre(1));
  EXPECT_THAT(of(Mode::kTrain, "test"), ElementsAre(2));
  EXPECT_THAT(error_of<FileError>([&] { of(Mode::kTrain, "other"); }),
              HasSubstr("no part 'other'"));
  write("list.csv", "images/0.png,a\nimages/1.png,a\nimages/2.png,b\nimages/3.png,b\n");
  EXPECT_EQ(of(Mode::kTrain, "").size(), 2u);
  EXPECT_EQ(of(Mode::kTest, "").size(), 2u);
}

TEST_F(ListedPictures, MayHaveNumbersOfGivenClasses) {
  write("list.csv", "images/0.png,1\nimages/1.png,0\n");
  const auto options = PictureOptions(kWhole).classes({"dog", "cat"});
  EXPECT_THAT(classes_of(*listed_pictures(folder / "list.csv", Mode::kTrain, options)),
              ElementsAre(1, 0));
  for (const char* label : {"2", "-1", "cow", "99999999999999999999"}) {
    write("list.csv", std::string("images/0.png,dog\nimages/1.png,") + label + "\n");
    EXPECT_THAT(
        error_of<FormatError>([&] { listed_pictures(folder / "list.csv", Mode::kTrain, options); }),
        AllOf(HasSubstr("images/1.png"), HasSubstr("there is no class")))
        << label;
  }
}

TEST_F(ListedPictures, SayWhatIsWrong) {
  EXPECT_THAT(refusal("images/9.png,a\n"),
              AllOf(HasSubstr("list.csv] line 1"), HasSubstr("9.png")));
  EXPECT_THAT(refusal("images,a\n"), HasSubstr("expected a first line"));
  EXPECT_THAT(refusal("path,label\nimages,a\n"), HasSubstr("line 2: there is no file"));
  EXPECT_THAT(refusal("path,label\n,a\n"), HasSubstr("has no path"));
  EXPECT_THAT(refusal("path,label\nimages/1.png,\n"), HasSubstr("has no label"));
  EXPECT_THAT(refusal("a,b\n"), HasSubstr("expected a first line"));
  EXPECT_THAT(refusal("images/1.png\n"), HasSubstr("expected a first line"));
  EXPECT_THAT(refusal(""), HasSubstr("names no picture"));
  EXPECT_THAT(refusal("path,label\nimages/1.png,a,b\n"), HasSubstr("fields"));
  write("images/broken.png", "x");
  write("list.csv",
        "path,label\nimages/1.png,a\nimages/2.png\nimages/9.png,a\nimages/broken.png,b\n");
  testing::internal::CaptureStderr();
  const auto some = listed_pictures(folder / "list.csv", Mode::kTrain,
                                    PictureOptions(kWhole).broken(Broken::Skip));
  EXPECT_THAT(shades(*some), ElementsAre(1));
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              AllOf(HasSubstr("left out 2 entries"), HasSubstr("left out 1 of 2 pictures")));
}

using ArchivedPictures = PictureTest;

TEST_F(ArchivedPictures, AreSamplesOfTarFiles) {
  const std::string far(150, 'x');
  write("a-0.tar", tar({{"s/0.cls", "cat\n"},
                        {"s/0.png", png(10)},
                        {"s/1.png", png(11)},
                        {"s/1.json", R"({"label": "dog", "x": 1})"},
                        {"__info__", "x"}}));
  write("a-1.tar",
        tar({{far + "/2.seg.png", png(99)}, {far + "/2.jpg", png(12)}, {far + "/2.cls", "cat"}}));
  const auto all = pictures(folder / "a-{0..1}.tar", Mode::kTrain, kWhole);
  EXPECT_THAT(all->classes(), ElementsAre("cat", "dog"));
  EXPECT_THAT(shades(*all), ElementsAre(10, 11, 12));
  EXPECT_THAT(classes_of(*all), ElementsAre(0, 1, 0));
  EXPECT_EQ(all->name(1), folder / "a-0.tar: s/1.png");
  EXPECT_EQ(all->encoded(2).numel(), static_cast<int64_t>(png(12).size()));
  EXPECT_THROW(all->target(3), IndexError);
  EXPECT_EQ(pictures(folder.path, Mode::kTrain, kWhole)->size(), 3u);
  write("n.tar", tar({{"0.cls", "1"}, {"0.png", png(10)}, {"1.png", png(1)}, {"1.cls", "0"}}));
  EXPECT_THAT(classes_of(*archived_pictures(folder / "n.tar", Mode::kTrain,
                                            PictureOptions(kWhole).classes({"cat", "dog"}))),
              ElementsAre(1, 0));
}

TEST_F(ArchivedPictures, AreDividedByTheirNames) {
  write("shards/train-000.tar", tar({{"0.png", png(1)}, {"0.cls", "a"}}));
  write("shards/train-001.tar", tar({{"1.png", png(2)}, {"1.cls", "b"}}));
  write("shards/val-000.tar", tar({{"2.png", png(3)}, {"2.cls", "b"}}));
  const auto train = pictures(folder / "shards", Mode::kTrain);
  EXPECT_THAT(shades(*train), ElementsAre(1, 2));
  const auto test = pictures(folder / "shards", Mode::kTest);
  EXPECT_THAT(shades(*test), ElementsAre(3));
  EXPECT_EQ(test->classes(), train->classes());
}

TEST_F(ArchivedPictures, SayWhatIsWrong) {
  const auto refusal = [&](const std::string& bytes) {
    write("x.tar", bytes);
    return error_of<FormatError>(
        [&] { archived_pictures(folder / "x.tar", Mode::kTrain, kWhole); });
  };
  const std::string good = tar({{"0.png", png(1)}, {"0.cls", "a"}});
  EXPECT_THAT(refusal(gzipped(good)), HasSubstr("gunzip"));
  EXPECT_THAT(refusal(tar({{"0.png", png(1)}})), HasSubstr("'0' has no label"));
  EXPECT_THAT(refusal(tar({{"0.cls", "a"}})), HasSubstr("'0' has no picture"));
  EXPECT_THAT(refusal(tar({{"0.png", png(1)}, {"0.json", "{\"label\": 1.5}"}})),
              HasSubstr("0.json"));
  EXPECT_THAT(refusal(tar({{"0.png", png(1)}, {"0.json", "[3]"}})), HasSubstr("has no label"));
  EXPECT_THAT(refusal("nothing"), HasSubstr("x.tar"));
  EXPECT_THAT(refusal(good.substr(0, 600)), HasSubstr("x.tar"));
  EXPECT_THAT(refusal(tar({})), HasSubstr("no samples"));
  EXPECT_THROW(archived_pictures(folder / "none.tar"), FileError);
  // An archive that promises more than it has, at its end.
  std::string huge = tar({{"0.cls", "a"}, {"0.png", ""}}, uint64_t{1} << 33);
  EXPECT_THAT(refusal(huge), HasSubstr("x.tar"));
  write("x.tar", tar({{"0.png", png(1)},
                      {"0.json", "{"},
                      {"1.png", "no"},
                      {"1.cls", "a"},
                      {"2.png", png(2)},
                      {"2.cls", "a"}}));
  testing::internal::CaptureStderr();
  const auto some = archived_pictures(folder / "x.tar", Mode::kTrain,
                                      PictureOptions(kWhole).broken(Broken::Skip));
  EXPECT_THAT(shades(*some), ElementsAre(2));
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              AllOf(HasSubstr("left out 1 entries"), HasSubstr("left out 1 of 2 pictures")));
}

TEST_F(ArchivedPictures, ComeFromStreamsAsWell) {
  write("a.tar", tar({{"0.jpg", png(5)}, {"0.cls", "3"}, {"1.txt", "x"}}));
  auto loader =
      data::make_data_loader(data::WebDataset({folder / "a.tar"}),
                             data::WebSampler({folder / "a.tar"}), data::DataLoaderOptions(2));
  for (std::vector<data::WebSample>& batch : *loader) {
    ASSERT_EQ(batch.size(), 2u);
    const ShardPicture shown = decode_picture(batch[0]);
    EXPECT_EQ(shown.picture[2][3][3].item<int>(), 5);
    EXPECT_EQ(shown.key, "0");
    EXPECT_EQ(shown.fields.at("cls"), "3");
    EXPECT_THAT(error_of<FormatError>([&] { decode_picture(batch[1]); }),
                AllOf(HasSubstr("a.tar"), HasSubstr("'1' has no picture")));
  }
}

}  // namespace
}  // namespace hearth::datasets
