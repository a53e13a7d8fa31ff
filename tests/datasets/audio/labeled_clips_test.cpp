// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/audio/labeled_clips.h"

#include <cmath>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/audio/io/save.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/view.h"

#include "error_of.h"
#include "temporary.h"

namespace hearth::datasets {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

struct LabeledClipsTest : testing::Test {
  /// A sound of one value, which tells it from others.
  void sound(const std::string& name, float value, int64_t samples = 100, int64_t rate = 16000) {
    const std::filesystem::path path(folder / name);
    std::filesystem::create_directories(path.parent_path());
    audio::save(path.string(), full({2, samples}, value), rate);
  }
  LabeledClips open(const std::string& name, Mode mode, bool whole = false, bool skip = false) {
    return labeled_clips(
        folder / name,
        LabeledClipsOptions().mode(mode).samples(100).whole(whole).skip_broken(skip));
  }
  /// What is in the middle of each clip, by the hundredths of full scale.
  static std::vector<int64_t> values(const LabeledClips& data) {
    std::vector<int64_t> all;
    for (int64_t i = 0; i < data.clips.size(0); ++i)
      all.push_back(std::llround(data.clips[i][50].item<double>() / 327.68));
    return all;
  }
  static std::vector<int64_t> targets(const LabeledClips& data) {
    const auto* p = data.targets.const_data_ptr<int64_t>();
    return {p, p + data.targets.numel()};
  }
  TemporaryFolder folder;
};

TEST_F(LabeledClipsTest, AreThoseOfFoldersOfClasses) {
  sound("words/yes/1.wav", 0.1F);
  sound("words/yes/more/2.FLAC", 0.2F);
  sound("words/no/1.wav", 0.3F);
  sound("words/no/2.wav", 0.4F);
  sound("words/no/.hidden.wav", 0.9F);
  write_text(folder / "words/no/notes.txt", "not a sound");
  const LabeledClips all = open("words", Mode::kTrain, true);
  EXPECT_THAT(all.classes, ElementsAre("no", "yes"));
  EXPECT_EQ(all.clips.sizes(), IntArrayRef({4, 100}));
  EXPECT_EQ(all.clips.scalar_type(), kShort);
  EXPECT_THAT(values(all), ElementsAre(30, 40, 10, 20));
  EXPECT_THAT(targets(all), ElementsAre(0, 0, 1, 1));
  // A share of each class is for testing, the same every time, and no sound is for both.
  const LabeledClips train = open("words", Mode::kTrain), test = open("words", Mode::kTest);
  EXPECT_THAT(targets(train), ElementsAre(0, 1));
  EXPECT_THAT(targets(test), ElementsAre(0, 1));
  EXPECT_EQ(values(train)[0] + values(test)[0], 70);
  EXPECT_EQ(values(train)[1] + values(test)[1], 30);
  EXPECT_EQ(values(open("words", Mode::kTest)), values(test));
}

TEST_F(LabeledClipsTest, FoldersMaySayWhatIsForTesting) {
  sound("words/train/yes/1.wav", 0.1F);
  sound("words/train/no/1.wav", 0.2F);
  sound("words/val/yes/2.wav", 0.3F);
  sound("words/val/no/2.wav", 0.4F);
  EXPECT_THAT(values(open("words", Mode::kTrain)), ElementsAre(20, 10));
  EXPECT_THAT(values(open("words", Mode::kTest)), ElementsAre(40, 30));
}

TEST_F(LabeledClipsTest, ListsNamePartsOfFiles) {
  sound("long.wav", 0.5F, 32000);
  sound("short.wav", 0.25F, 100);
  write_text(folder / "list.csv",
             "path,start,end,label\nlong.wav,0.5,1.5,b\nshort.wav,,,a\nlong.wav,1,2,b\n");
  const LabeledClips all = open("list.csv", Mode::kTrain, true);
  EXPECT_THAT(all.classes, ElementsAre("a", "b"));
  EXPECT_THAT(targets(all), ElementsAre(1, 0, 1));
  EXPECT_THAT(values(all), ElementsAre(50, 25, 50));
}

TEST_F(LabeledClipsTest, AreBroughtToOneRateAndLength) {
  sound("words/a/long.wav", 0.5F, 1000);
  sound("words/b/other-rate.wav", 0.5F, 25, 8000);
  const LabeledClips all = open("words", Mode::kTrain, true);
  // 25 samples at 8 kHz are 50 at 16 kHz, in the middle of a clip.
  EXPECT_EQ(all.clips[0][0].item<int64_t>(), 16384);
  EXPECT_EQ(all.clips[1][24].item<int64_t>(), 0);
  EXPECT_NE(all.clips[1][26].item<int64_t>(), 0);
  EXPECT_EQ(all.clips[1][75].item<int64_t>(), 0);
}

TEST_F(LabeledClipsTest, SaysWhatIsWrong) {
  const auto refusal = [&](const std::string& name) {
    return error_of([&] { open(name, Mode::kTrain); });
  };
  EXPECT_THAT(refusal("none"), HasSubstr("none"));
  std::filesystem::create_directories(folder / "empty");
  EXPECT_THAT(refusal("empty"), HasSubstr("a folder for each class"));
  sound("words/yes/1.wav", 0.1F);
  sound("words/yes/2.wav", 0.1F);
  sound("words/no/1.wav", 0.1F);
  EXPECT_THAT(refusal("words"), AllOf(HasSubstr("no] holds 1 sound file;"), HasSubstr("two")));
  write_text(folder / "words/no/2.wav", "no sound");
  EXPECT_THAT(error_of<FormatError>([&] { open("words", Mode::kTrain, true); }),
              HasSubstr("no/2.wav"));
  EXPECT_EQ(values(open("words", Mode::kTrain, true, true)).size(), 3u);
  audio::save(folder / "words/no/2.wav", full({1, 100}, NAN), 16000);
  EXPECT_THAT(error_of<FormatError>([&] { open("words", Mode::kTrain, true); }),
              AllOf(HasSubstr("no/2.wav"), HasSubstr("NaN")));
  write_text(folder / "list.csv", "path\nwords/yes/1.wav\n");
  EXPECT_THAT(refusal("list.csv"), HasSubstr("has no label"));
  write_text(folder / "list.csv", "path,label\nwords/yes/1.wav,a\nwords/yes/2.wav,a\n");
  EXPECT_THAT(refusal("list.csv"), HasSubstr("two or more classes"));
}

}  // namespace
}  // namespace hearth::datasets
