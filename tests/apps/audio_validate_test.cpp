// SPDX-License-Identifier: Apache-2.0
// hearth-audio validate as its users see it.
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/audio/feature_files/feature_writer.h"
#include "hearth/audio/io/save.h"
#include "hearth/hearth.h"

#include "apps/program_test.h"

namespace {

using hearth::Tensor;
using testing::AllOf, testing::HasSubstr, testing::Not;

struct AudioValidate : ProgramTest {
  AudioValidate() : ProgramTest("hearth-audio") {}

  std::string path(const std::string& name) const {
    const std::filesystem::path path = folder / name;
    std::filesystem::create_directories(path.parent_path());
    return path.string();
  }
  void sound(const std::string& name, const Tensor& waveform, int64_t rate = 16000) const {
    hearth::audio::save(path(name), waveform, rate);
  }
  static Tensor noise(int64_t frames = 16000, int64_t channels = 1) {
    return hearth::rand({channels, frames}) * 0.5 - 0.25;
  }
  Result validate(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "validate");
    Result result = run(arguments);
    result.out += result.err;  // problems stand beside progress
    return result;
  }
};

TEST_F(AudioValidate, SoundsThatAreWell) {
  sound("s/a.wav", noise());
  sound("s/deep/b.flac", noise(8000), 8000);
  const Result r = validate({path("s")});
  EXPECT_EQ(r.code, 0) << r.out;
  EXPECT_THAT(
      r.out,
      HasSubstr("2 files, 0:02.000 of sound, 1 at 8000 Hz, 1 at 16000 Hz, nothing is wrong"));
  const Result fixed = validate({path("s"), "--rate", "16000"});
  EXPECT_EQ(fixed.code, 1);
  EXPECT_THAT(fixed.out, HasSubstr("b.flac: rate: 8000 Hz instead of 16000"));
}

TEST_F(AudioValidate, EachFaultIsNamed) {
  Tensor bad = noise();
  bad[0].slice(0, 800, 802).fill_(std::numeric_limits<double>::quiet_NaN());
  sound("s/nan.wav", bad);
  sound("s/silent.wav", noise() * 1e-4);
  sound("s/zero.wav", hearth::zeros({1, 100}));
  Tensor one = noise(1000, 2);
  one[1].fill_(0);
  sound("s/one_side.wav", one);
  Tensor loud = noise();
  loud[0].slice(0, 1600, 1605).fill_(1);
  loud[0].slice(0, 3000, 3002).fill_(1);  // two are no clipping
  loud[0].slice(0, 4000, 4004).fill_(-1);
  sound("s/loud.wav", loud);
  sound("s/none.wav", hearth::zeros({1, 0}));
  sound("s/whole.wav", noise());
  const std::string bytes = read_text(path("s/whole.wav"));
  write_text(path("s/cut.wav"), bytes.substr(0, bytes.size() / 2));
  write_text(path("s/text.wav"), "no sound at all");
  write_text(path("s/empty.wav"), "");
  const Result r = validate({path("s"), "--threads", "2"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(
      r.out,
      AllOf(HasSubstr("nan.wav: nan: 2 samples are NaN or infinite, the first at 0:00.050"),
            HasSubstr("silent.wav: silent: its peak is -"),
            HasSubstr("zero.wav: silent: its peak is digital zero"),
            HasSubstr("one_side.wav: silent: channel 1: its peak is digital zero"),
            HasSubstr(
                "loud.wav: clipped: 9 samples at full scale in 2 runs, the first at 0:00.100")));
  EXPECT_THAT(r.out, AllOf(HasSubstr("none.wav: empty: has no samples"),
                           HasSubstr("cut.wav: broken: "), HasSubstr("text.wav: broken: "),
                           HasSubstr("empty.wav: broken: "), Not(HasSubstr("whole.wav:"))));
  EXPECT_THAT(r.out, HasSubstr("3 broken, 1 clipped, 1 empty, 1 nan, 3 silent"));
  const Result json = validate({path("s"), "--json"});
  EXPECT_THAT(json.out, AllOf(HasSubstr("\"files\":10"), HasSubstr("\"errors\":5"),
                              HasSubstr("\"warnings\":4"), HasSubstr("\"rates\":{\"16000\":7}"),
                              HasSubstr("\"kind\":\"clipped\"")));
  EXPECT_THAT(validate({path("s"), "--show", "1"}).out, HasSubstr("... and 8 problems more"));
  // Warnings alone are no failure.
  EXPECT_EQ(validate({path("s/loud.wav"), path("s/silent.wav")}).code, 0);
  EXPECT_EQ(validate({path("s/loud.wav"), "--strict"}).code, 1);
  EXPECT_THAT(validate({path("s/silent.wav"), "--silence", "-100"}).out,
              HasSubstr("nothing is wrong"));
}

TEST_F(AudioValidate, ListsAreComparedWithRecordings) {
  sound("r1.wav", noise(16000, 2));
  write_text(path("m.csv"),
             "path,start,end,channel\nr1.wav,0,1,1\nr1.wav,0.5,2,0\nr1.wav,0,1,2\nr1.wav,3,,\n");
  const Result r = validate({path("m.csv")});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.out,
              AllOf(HasSubstr("part: 'r1-2' is from 0.5 to 2 seconds of a recording of 1.000"),
                    HasSubstr("'r1-3' is channel 2 of a recording that has 2"),
                    HasSubstr("'r1-4' is from 3 to -1 seconds"), HasSubstr("1 file,"),
                    HasSubstr("3 part")));
  write_text(path("nan.csv"), "path,start\nr1.wav,nan\n");
  EXPECT_THAT(validate({path("nan.csv")}).out,
              AllOf(HasSubstr("is no list of sounds"), HasSubstr("line 2"),
                    HasSubstr("expected the start in seconds, got 'nan'")));
  write_text(path("bad.csv"), "path\nr1.wav\nmissing.wav\n");
  EXPECT_THAT(validate({path("bad.csv")}).out, HasSubstr("missing.wav: broken"));
  write_text(path("c.scp"), "a cat '" + path("r1.wav") + "' |\n");
  EXPECT_THAT(validate({path("c.scp")}).out, HasSubstr("is a command"));
  EXPECT_EQ(validate({path("c.scp"), "--allow-commands"}).code, 0);
}

TEST_F(AudioValidate, WhatCannotBeLookedAtIsNamed) {
  const std::string name(300, 'x');
  for (const std::string& path : {name + ".wav", name, name + "/wav.scp"}) {
    const Result r = validate({path});
    EXPECT_EQ(r.code, 1);
    EXPECT_THAT(r.out, AllOf(HasSubstr(path), HasSubstr("File name too long"),
                             Not(HasSubstr("filesystem error"))));
  }
}

TEST_F(AudioValidate, KaldiDirectories) {
  sound("r1.wav", noise());
  write_text(path("data/wav.scp"), "a-1 " + path("r1.wav") + "\n");
  write_text(path("data/utt2spk"), "a-1 a\n");
  write_text(path("data/spk2utt"), "a a-1\n");
  EXPECT_THAT(validate({path("data")}).out,
              AllOf(HasSubstr("text is missing"), HasSubstr("1 list")));
  Result r = validate({path("data"), "--no-text"});
  EXPECT_EQ(r.code, 0) << r.out;
  hearth::audio::FeatureWriter features(hearth::audio::FeatureFormat::Ark, path("data/feats.ark"));
  features.write("a-1", hearth::full({3, 2}, std::numeric_limits<double>::infinity()));
  features.close();
  r = validate({path("data"), "--no-text"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.out, HasSubstr("a-1: nan: 6 of 6 numbers"));
}

TEST_F(AudioValidate, Features) {
  hearth::audio::FeatureWriter writer(hearth::audio::FeatureFormat::Ark, path("f.ark"));
  writer.write("good", hearth::randn({10, 3}));
  writer.write("same", hearth::ones({10, 3}));
  writer.write("none", hearth::zeros({0, 3}));
  writer.write("wide", hearth::randn({10, 4}));
  writer.close();
  const Result r = validate({path("f.ark")});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.out,
              AllOf(HasSubstr("f.ark: same: constant"), HasSubstr("none: empty: has no frames"),
                    HasSubstr("wide: dimensions: 4 instead of 3"), Not(HasSubstr("good:")),
                    HasSubstr("features of 4 recordings, 30 frames")));
  const std::string bytes = read_text(path("f.ark"));
  write_text(path("f.ark"), bytes.substr(0, bytes.size() - 10));
  // A list goes on behind what is broken; an archive does not.
  const std::string list = read_text(path("f.scp"));
  write_text(path("f.scp"), list.substr(list.rfind('\n', list.size() - 2) + 1) + list);
  EXPECT_THAT(validate({path("f.scp")}).out,
              AllOf(HasSubstr("f.scp: broken: "), HasSubstr("features of 3 recordings"),
                    HasSubstr("2 broken")));
  EXPECT_THAT(validate({path("f.ark")}).out, HasSubstr("1 broken"));
  write_text(path("n/x.npy"), "no array");
  hearth::audio::FeatureWriter(hearth::audio::FeatureFormat::Npy, path("n"))
      .write("y", hearth::randn({4, 2}));
  EXPECT_THAT(validate({path("n")}).out,
              AllOf(HasSubstr("broken"), HasSubstr("features of 1 recording,")));
  EXPECT_EQ(validate({path("nothing.ark")}).code, 1);
  std::filesystem::create_directories(path("void"));
  EXPECT_EQ(validate({path("void")}).code, 1);
}

}  // namespace
