// SPDX-License-Identifier: Apache-2.0
// hearth-audio augment as its users run it.
#include <cmath>
#include <numbers>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "hearth/audio/io/load.h"
#include "hearth/audio/io/save.h"
#include "hearth/hearth.h"

#include "apps/program_test.h"

namespace {

namespace audio = hearth::audio;
using hearth::Tensor;
using testing::AllOf, testing::HasSubstr, testing::Not;

struct AudioAugment : ProgramTest {
  AudioAugment() : ProgramTest("hearth-audio") {
    std::filesystem::create_directories(folder / "in/deep");
    audio::save(path("in/a.wav"), tone(440, 16000, 16000), 16000);
    audio::save(path("in/deep/b.wav"), tone(600, 8000, 4000).repeat({2, 1}), 8000);
    std::filesystem::create_directories(folder / "noises");
    audio::save(path("noises/n.wav"), noise(48000), 16000);
    audio::save(path("noises/short.wav"), noise(500), 8000);
  }
  std::string path(const std::string& name) const { return folder / name; }
  static Tensor tone(double hz, double rate, int64_t n) {
    const Tensor t = hearth::arange(n, hearth::TensorOptions(hearth::kDouble)) / rate;
    return (t * (2 * std::numbers::pi * hz)).sin().mul(0.25).to(hearth::kFloat).unsqueeze(0);
  }
  static Tensor noise(int64_t n) { return hearth::rand({1, n}) * 0.5 - 0.25; }
  Result augment(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "augment");
    return run(arguments);
  }
  Tensor loaded(const std::string& name) const { return audio::load(path(name)).waveform; }
  static double db(const Tensor& x) { return 10 * std::log10(x.pow(2).mean().item<double>()); }
};

TEST_F(AudioAugment, AddsNoiseAtTheRatio) {
  const Result r = augment(
      {path("in"), "--output", path("out"), "--noise", path("noises"), "--snr", "10", "--json"});
  ASSERT_EQ(r.code, 0) << r.err;
  const auto j = nlohmann::json::parse(r.last());
  ASSERT_EQ(j["files"].size(), 2u);
  EXPECT_EQ(j["files"][0]["snr"], 10.0);
  for (const char* name : {"a.wav", "deep/b.wav"}) {
    const Tensor clean = loaded(std::string("in/") + name),
                 noisy = loaded(std::string("out/") + name);
    ASSERT_EQ(noisy.sizes(), clean.sizes());
    EXPECT_NEAR(db(clean) - db(noisy - clean), 10, 0.1) << name;
  }
}

TEST_F(AudioAugment, FollowsTheSeedAndTheNameAlone) {
  const std::vector<std::string> how = {"--noise",   path("noises"), "--snr", "0:20",     "--speed",
                                        "0.9,1,1.1", "--gain",       "-10:0", "--copies", "4"};
  const auto run_with = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), how.begin(), how.end());
    const Result r = augment(arguments);
    EXPECT_EQ(r.code, 0) << r.err;
  };
  run_with({path("in"), "--output", path("one"), "--seed", "5", "--threads", "1"});
  run_with({path("in"), "--output", path("two"), "--seed", "5", "--threads", "3"});
  run_with({path("in"), "--output", path("other"), "--seed", "6"});
  run_with({path("in/a.wav"), "--output", path("alone"), "--seed", "5"});
  std::set<std::string> different;
  for (const char* name : {"a-1.wav", "a-2.wav", "a-3.wav", "a-4.wav", "deep/b-1.wav"}) {
    const std::string bytes = read_text(path(std::string("one/") + name));
    EXPECT_TRUE(bytes == read_text(path(std::string("two/") + name))) << name;
    EXPECT_FALSE(bytes == read_text(path(std::string("other/") + name))) << name;
    different.insert(bytes);
  }
  EXPECT_EQ(different.size(), 5u);
  EXPECT_TRUE(read_text(path("one/a-3.wav")) == read_text(path("alone/a-3.wav")));
}

TEST_F(AudioAugment, SpeedsGainsAndLoudness) {
  ASSERT_EQ(augment({path("in/a.wav"), "--output", path("fast"), "--speed", "2"}).code, 0);
  EXPECT_EQ(loaded("fast/a.wav").size(1), 8000);
  ASSERT_EQ(augment({path("in/a.wav"), "--output", path("quiet"), "--gain", "-6"}).code, 0);
  EXPECT_NEAR(db(loaded("quiet/a.wav")) - db(loaded("in/a.wav")), -6, 0.05);
  ASSERT_EQ(augment({path("in/a.wav"), "--output", path("loud"), "--gain", "30"}).code, 0);
  EXPECT_NEAR(loaded("loud/a.wav").abs().max().item<double>(), 1, 1e-3);
}

TEST_F(AudioAugment, RoomsKeepTimeAndLevel) {
  Tensor rir = hearth::zeros({1, 4000});
  rir[0][100].fill_(0.5);
  audio::save(path("rir.wav"), rir, 16000);
  ASSERT_EQ(augment({path("in/a.wav"), "--output", path("out"), "--rir", path("rir.wav")}).code, 0);
  EXPECT_TRUE(loaded("out/a.wav").allclose(loaded("in/a.wav"), 1e-3, 1e-3));
}

TEST_F(AudioAugment, SimulatedRoomsReverberate) {
  // A click becomes the room's impulse response.
  Tensor click = hearth::zeros({1, 8000});
  click[0][1000].fill_(0.5);
  audio::save(path("click.wav"), click, 8000);
  const Result r = augment(
      {path("click.wav"), "--output", path("out"), "--rt60", "0.3:0.5", "--json", "--copies", "2"});
  ASSERT_EQ(r.code, 0) << r.err;
  const auto j = nlohmann::json::parse(r.last());
  EXPECT_NE(j["files"][0]["distance"], j["files"][1]["distance"]);
  for (const auto& file : j["files"]) {
    EXPECT_GE(file["rt60"], 0.3);
    EXPECT_LE(file["rt60"], 0.5);
  }
  const Tensor y = loaded("out/click-1.wav")[0];
  EXPECT_NEAR(y.abs().argmax().item<int64_t>(), 1000, 1);
  const double early = db(y.slice(0, 1000, 1800)), late = db(y.slice(0, 4000, 4800));
  EXPECT_GT(early - late, 30);
  EXPECT_GT(db(y.slice(0, 1200, 2000)), -60);
  EXPECT_EQ(augment({path("click.wav"), "--output", path("o2"), "--rt60", "9"}).code, 2);
  EXPECT_EQ(augment({path("click.wav"), "--output", path("o2"), "--rt60", "0.3", "--rir",
                     path("click.wav")})
                .code,
            2);
}

TEST_F(AudioAugment, NarrowBandsAndTelephones) {
  audio::save(path("high.wav"), tone(5000, 16000, 16000), 16000);
  audio::save(path("low.wav"), tone(100, 16000, 16000), 16000);
  audio::save(path("middle.wav"), tone(1000, 16000, 16000), 16000);
  const auto change = [&](const std::string& name, std::vector<std::string> how) {
    how.insert(how.begin(), {path(name), "--output", path("out"), "--overwrite"});
    EXPECT_EQ(augment(how).code, 0);
    EXPECT_EQ(loaded("out/" + name).size(1), 16000);
    return db(loaded("out/" + name)) - db(loaded(name));
  };
  EXPECT_LT(change("high.wav", {"--bandwidth", "4000"}), -25);
  EXPECT_NEAR(change("middle.wav", {"--bandwidth", "4000"}), 0, 0.1);
  EXPECT_NEAR(change("high.wav", {"--bandwidth", "8000"}), 0, 0.1);
  EXPECT_LT(change("high.wav", {"--telephone"}), -25);
  EXPECT_LT(change("low.wav", {"--telephone"}), -10);
  EXPECT_NEAR(change("middle.wav", {"--telephone"}), 0, 1);
  EXPECT_NEAR(change("high.wav", {"--telephone", "--chance", "0"}), 0, 0.01);
}

TEST_F(AudioAugment, BrokenFilesAreNamedAndTheOthersDone) {
  write_text(path("in/text.wav"), "no sound");
  audio::save(path("in/none.wav"), hearth::zeros({1, 0}), 16000);
  const Result r = augment({path("in"), "--output", path("out"), "--noise", path("noises"),
                            "--speed", "1.1", "--telephone"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, AllOf(HasSubstr("text.wav"), Not(HasSubstr("none.wav"))));
  EXPECT_THAT(r.out, HasSubstr("3 files, 1 failed"));
  EXPECT_EQ(loaded("out/none.wav").size(1), 0);
  const Result noisy =
      augment({path("in/a.wav"), "--output", path("out2"), "--noise", path("in/none.wav")});
  EXPECT_EQ(noisy.code, 1);
  EXPECT_THAT(noisy.err, AllOf(HasSubstr("a.wav"), HasSubstr("none.wav] has no samples")));
}

TEST_F(AudioAugment, SaysWhatItWants) {
  const Result nothing = augment({path("in"), "--output", path("out")});
  EXPECT_EQ(nothing.code, 2);
  EXPECT_THAT(nothing.err, HasSubstr("nothing to do"));
  for (const auto& [option, value] : {std::pair{"--snr", "20:5"},
                                      {"--gain", "loud"},
                                      {"--speed", "0"},
                                      {"--speed", "1,"},
                                      {"--snr", ""},
                                      {"--gain", ""},
                                      {"--bandwidth", "4000;"}}) {
    const Result r = augment({path("in"), "--output", path("out"), option, value});
    EXPECT_EQ(r.code, 2) << option << " " << value;
    EXPECT_THAT(r.err, HasSubstr("expected"));
  }
  EXPECT_EQ(augment({path("in"), "--output", path("in"), "--gain", "1"}).code, 1);
  EXPECT_EQ(augment({path("in"), "--output", path("out"), "--noise", path("nowhere/*.wav")}).code,
            1);
}

}  // namespace
