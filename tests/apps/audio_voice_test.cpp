// SPDX-License-Identifier: Apache-2.0
// hearth-audio's commands about voices, as their users run them.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "hearth/audio/feature_files/feature_reader.h"
#include "hearth/audio/io/load.h"
#include "hearth/audio/io/save.h"
#include "hearth/hearth.h"

#include "apps/program_test.h"

namespace {

namespace audio = hearth::audio;
using hearth::Tensor;
using testing::HasSubstr, testing::Not, testing::StartsWith;

/// A recording of three seconds with a tone of 200 Hz from 0.5 to 1.25 s and from 2 to 2.5 s.
struct VoiceApp : ProgramTest {
  VoiceApp() : ProgramTest("hearth-audio") {
    hearth::manual_seed(1);
    Tensor x = hearth::randn({1, 48000}) * 1e-3;
    const Tensor tone = hearth::sin(hearth::arange(48000) * (2 * M_PI * 200 / 16000)) * 0.2;
    x.slice(1, 8000, 20000) += tone.slice(0, 8000, 20000);
    x.slice(1, 32000, 40000) += tone.slice(0, 32000, 40000);
    std::filesystem::create_directories(folder / "in/more");
    audio::save(path("in/a.wav"), x, 16000, {.bits_per_sample = 16});
    audio::save(path("in/more/b.flac"), x.expand({2, -1}), 16000);
  }
  std::string path(const std::string& name) const { return folder / name; }
};

TEST_F(VoiceApp, SegmentPrintsATable) {
  const Result r = run({"segment", path("in/a.wav")});
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("0:00.430      0:01.315  " + path("in/a.wav")));
  EXPECT_THAT(r.last(), StartsWith("2 segments, 0:01."));
  EXPECT_EQ(run({"segment", path("in/a.wav"), "--hangover", "1"}).last().substr(0, 9), "1 segment");
}

TEST_F(VoiceApp, SegmentWritesListsAndPieces) {
  const Result r = run({"segment", path("in"), "--kaldi", path("segments"), "--output",
                        path("pieces"), "--format", "flac", "--json"});
  ASSERT_EQ(r.code, 0) << r.err;
  const auto j = nlohmann::json::parse(r.last());
  EXPECT_EQ(j["segments"], 4);
  EXPECT_EQ(j["duration"], 6);
  const auto first = j["files"][1]["segments"][0];
  EXPECT_EQ(read_text(path("segments")).substr(0, 38), "a-0000043-0000132 a 0.430 1.315\na-0000");
  EXPECT_THAT(read_text(path("segments")),
              HasSubstr("\nmore/b-0000043-0000132 more/b 0.430 1.315\n"));
  // A piece is that slice of the recording.
  const auto begin = static_cast<int64_t>(std::lround(first["start"].get<double>() * 16000));
  const auto end = static_cast<int64_t>(std::lround(first["end"].get<double>() * 16000));
  const Tensor whole = audio::load(path("in/more/b.flac")).waveform;
  EXPECT_TRUE(
      audio::load(path("pieces/more/b-0001.flac")).waveform.equal(whole.slice(1, begin, end)));

  const Result again = run({"segment", path("in"), "--output", path("pieces"), "--format", "flac"});
  EXPECT_EQ(again.code, 1);
  EXPECT_THAT(again.err, HasSubstr("a-0001.flac] exists; replace it with --overwrite"));
  EXPECT_EQ(
      run({"segment", path("in"), "--output", path("pieces"), "--format", "flac", "--overwrite"})
          .code,
      0);
}

TEST_F(VoiceApp, SegmentGoesOnBehindBrokenFiles) {
  write_text(path("in/broken.wav"), "no sound");
  const Result r = run({"segment", path("in"), "--kaldi", path("segments")});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("broken.wav"));
  EXPECT_THAT(r.last(), HasSubstr("4 segments"));
  EXPECT_THAT(r.last(), HasSubstr("1 failed"));
  EXPECT_EQ(run({"segment", path("in"), "--kaldi", path("segments")}).code, 1);
  const Result usage = run({"segment", path("in"), "--end-above", "20"});
  EXPECT_EQ(usage.code, 2);
  EXPECT_THAT(usage.err, HasSubstr("--begin-above 12"));
}

TEST_F(VoiceApp, SegmentReadsListsOfParts) {
  std::filesystem::create_directories(folder / "data");
  write_text(path("data/wav.scp"), "rec " + path("in/more/b.flac") + "\n");
  write_text(path("data/segments"), "late rec 1.5 3.0 1\n");
  const Result r = run({"segment", path("data"), "--output", path("pieces"), "--json"});
  ASSERT_EQ(r.code, 0) << r.err;
  const auto file = nlohmann::json::parse(r.last())["files"][0];
  EXPECT_EQ(file["id"], "late");
  EXPECT_EQ(file["duration"], 1.5);
  ASSERT_EQ(file["segments"].size(), 1U);
  EXPECT_NEAR(file["segments"][0]["start"].get<double>(), 0.43, 0.02);
  const auto begin = std::lround((1.5 + file["segments"][0]["start"].get<double>()) * 16000);
  const Tensor piece = audio::load(path("pieces/late-0001.wav")).waveform;
  const Tensor whole = audio::load(path("in/more/b.flac")).waveform;
  EXPECT_TRUE(piece.equal(whole.slice(0, 1, 2).slice(1, begin, begin + piece.size(1))));
}

TEST_F(VoiceApp, SegmentWritesNothingOutsideItsFolder) {
  for (const char* id : {"../../out", "a/../../out", "/out"}) {
    write_text(path("list.csv"), "id,path\n" + std::string(id) + "," + path("in/a.wav") + "\n");
    const Result r = run({"segment", path("list.csv"), "--output", path("deep/pieces")});
    EXPECT_EQ(r.code, 1) << id;
    EXPECT_THAT(r.err, HasSubstr("names a file below")) << id;
  }
  EXPECT_FALSE(folder.has("out-0001.wav") || folder.has("deep/out-0001.wav"));
}

TEST_F(VoiceApp, KaldisListHasIdsWithoutBlanks) {
  std::filesystem::rename(path("in/a.wav"), path("in/a b.wav"));
  const Result r = run({"segment", path("in"), "--kaldi", path("segments")});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("without blanks for Kaldi's list, got 'a b'"));
  EXPECT_FALSE(folder.has("segments"));
}

TEST_F(VoiceApp, NanIsNamed) {
  Tensor x = hearth::zeros({1, 16000});
  x[0][5000].fill_(NAN);
  audio::save(path("in/nan.wav"), x, 16000);
  for (const char* command : {"segment", "pitch"}) {
    const Result r = run({command, path("in/nan.wav")});
    EXPECT_EQ(r.code, 1);
    EXPECT_THAT(r.err, HasSubstr("nan.wav] holds NaN"));
  }
}

TEST_F(VoiceApp, PitchPrintsCsv) {
  const Result r = run({"pitch", path("in/a.wav"), "--fmax", "400"});
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, StartsWith("time,f0,voiced,probability\n0,nan,0,"));
  EXPECT_THAT(r.out, HasSubstr("\n0.8,20"));
  const Result two = run({"pitch", path("in"), "--method", "yin"});
  EXPECT_THAT(two.out, StartsWith("id,time,f0\na,0,"));
  std::filesystem::rename(path("in/a.wav"), path("in/a,\"b\".wav"));
  EXPECT_THAT(run({"pitch", path("in"), "--method", "yin"}).out,
              StartsWith("id,time,f0\n\"a,\"\"b\"\"\",0,"));
  // However long it is to the next, there is a first.
  const std::string one =
      run({"pitch", path("in/more/b.flac"), "--method", "yin", "--hop", "1e30"}).out;
  EXPECT_EQ(std::count(one.begin(), one.end(), '\n'), 2) << one;
}

TEST_F(VoiceApp, PitchPrintsJson) {
  const Result r = run({"pitch", path("in/a.wav"), "--fmax", "400", "--hop", "0.02", "--json"});
  ASSERT_EQ(r.code, 0) << r.err;
  const auto j = nlohmann::json::parse(r.last());
  const auto& file = j["files"][0];
  EXPECT_EQ(file["frames"], 151);
  EXPECT_TRUE(file["f0"][0].is_null());
  EXPECT_NEAR(file["f0"][40].get<double>(), 200, 1);
  EXPECT_EQ(file["voiced"][40], 1);
  EXPECT_GT(file["probability"][40].get<double>(), 0.5);
}

TEST_F(VoiceApp, PitchWritesFeatures) {
  const Result r =
      run({"pitch", path("in"), "--fmax", "400", "--output", path("out"), "--format", "npy"});
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("2 recordings"));
  audio::FeatureReader reader(path("out/more/b.npy"));
  const auto entry = reader.next();
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->values.sizes(), hearth::IntArrayRef({301, 3}));
  const Result nccf = run({"pitch", path("in/a.wav"), "--method", "nccf", "--fmin", "85", "--fmax",
                           "3400", "--output", path("all.csv")});
  ASSERT_EQ(nccf.code, 0) << nccf.err;
  EXPECT_THAT(read_text(path("all.csv")), StartsWith("id,time,f0\na,0,"));
  EXPECT_EQ(run({"pitch", path("in/a.wav"), "--output", path("all.csv")}).code, 1);
}

TEST_F(VoiceApp, PitchSaysWhatIsWrong) {
  const Result frame = run({"pitch", path("in/a.wav"), "--fmin", "50", "--frame", "0.02"});
  EXPECT_EQ(frame.code, 2);
  EXPECT_THAT(frame.err, HasSubstr("--frame 0.02 is not longer than a period of --fmin 50"));
  EXPECT_EQ(run({"pitch", path("in/a.wav"), "--fmin", "500", "--fmax", "400"}).code, 2);
  const Result channel = run({"pitch", path("in/a.wav"), "--channel", "1"});
  EXPECT_EQ(channel.code, 1);
  EXPECT_THAT(channel.err, HasSubstr("has no channel 1: it has 1"));
  write_text(path("in/broken.wav"), "no sound");
  const Result r = run({"pitch", path("in"), "--method", "yin", "--json"});
  EXPECT_EQ(r.code, 1);
  const auto j = nlohmann::json::parse(r.last());
  EXPECT_EQ(j["failed"], 1);
  EXPECT_THAT(j["files"][1]["error"].get<std::string>(), HasSubstr("is no sound file"));
}

}  // namespace
