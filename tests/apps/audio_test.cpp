// SPDX-License-Identifier: Apache-2.0
// hearth-audio as its users run it.
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "hearth/audio/functional/resample.h"
#include "hearth/audio/io/load.h"
#include "hearth/audio/io/save.h"
#include "hearth/hearth.h"
#include "hearth/vision/io/image.h"

#include "apps/program_test.h"
#include "common/plot/charts.h"

namespace {

namespace audio = hearth::audio;
using testing::HasSubstr, testing::MatchesRegex, testing::Not;

struct AudioApp : ProgramTest {
  AudioApp() : ProgramTest("hearth-audio") {
    std::filesystem::create_directories(folder / "sounds/more");
    audio::save(path("sounds/a.wav"), hearth::rand({2, 16000}) - 0.5, 16000,
                {.bits_per_sample = 16});
    audio::save(path("sounds/more/b.flac"), hearth::rand({1, 4000}) - 0.5, 8000);
  }
  std::string path(const std::string& name) const { return folder / name; }
};

TEST_F(AudioApp, InfoIsATable) {
  const Result r = run({"info", path("sounds")});
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("0:01.000  16000         2  PCM_S 16  wav "));
  EXPECT_THAT(r.out, HasSubstr("0:00.500   8000         1  FLAC 16   flac"));
  EXPECT_THAT(r.out, HasSubstr("2 files, 0:01.500, "));
  EXPECT_THAT(run({"info", path("sounds/a.wav")}).out, Not(HasSubstr("files")));
}

TEST_F(AudioApp, InfoIsJson) {
  write_text(path("sounds/text.wav"), "no sound");
  const std::string whole = read_text(path("sounds/a.wav"));
  write_text(path("sounds/cut.wav"), whole.substr(0, whole.size() / 2));
  const Result r = run({"info", "--json", path("sounds"), path("none.wav")});
  EXPECT_EQ(r.code, 1);
  const auto j = nlohmann::json::parse(r.last());
  EXPECT_EQ(j["failed"], 3);
  EXPECT_EQ(j["duration"], 1.5);
  ASSERT_EQ(j["files"].size(), 5u);
  EXPECT_EQ(j["files"][0], nlohmann::json({{"file", path("sounds/a.wav")},
                                           {"duration", 1.0},
                                           {"sample_rate", 16000},
                                           {"num_frames", 16000},
                                           {"num_channels", 2},
                                           {"bits_per_sample", 16},
                                           {"encoding", "PCM_S"},
                                           {"format", "wav"},
                                           {"size", 64044}}));
  EXPECT_THAT(j["files"][1]["error"].get<std::string>(),
              HasSubstr("promises 16000 frames, the file holds 7994"));
  for (const char* name : {"text.wav", "cut.wav", "none.wav"}) EXPECT_THAT(r.err, HasSubstr(name));
  EXPECT_EQ(run({"info", "--partial", path("sounds/cut.wav")}).code, 0);
}

TEST_F(AudioApp, InfoDecodes) {
  std::string flac = read_text(path("sounds/more/b.flac"));
  flac[flac.size() / 2] ^= 0x55;
  write_text(path("damaged.flac"), flac);
  EXPECT_EQ(run({"info", path("damaged.flac")}).code, 0);
  const Result r = run({"info", "--decode", path("damaged.flac")});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("damaged.flac] is damaged after frame"));
  const auto file = [&](std::vector<std::string> options) {
    options.insert(options.end(), {"--json", "tests/data/sounds/streamed.flac"});
    return nlohmann::json::parse(run(options).last())["files"][0];
  };
  EXPECT_TRUE(file({"info"})["num_frames"].is_null());
  EXPECT_EQ(file({"info", "--decode"})["num_frames"], 3200);
}

TEST_F(AudioApp, ReadsStdinAndRawSamples) {
  const std::string command = "'" + program + "' info - --json < '" + path("sounds/a.wav") +
                              "' > '" + path("file") + "'; cat '" + path("sounds/a.wav") + "' | '" +
                              program + "' info - --json > '" + path("pipe") + "'; '" + program +
                              "' info --raw s16le:8000:2 '" + path("sounds/a.wav") + "' > '" +
                              path("raw") + "'";
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_THAT(read_text(path("file")), HasSubstr("\"num_frames\":16000"));
  EXPECT_THAT(read_text(path("pipe")), HasSubstr("\"num_frames\":16000"));
  EXPECT_THAT(read_text(path("raw")), HasSubstr("0:02.001  8000         2  PCM_S 16  raw"));
  EXPECT_EQ(run({"info", "--raw", "s16", path("sounds/a.wav")}).code, 1);
}

TEST_F(AudioApp, SaysThatFFmpegIsMissing) {
  ::setenv("HEARTH_AUDIO_FFMPEG", "0", 1);
  const Result r = run({"info", "tests/data/sounds/stereo.m4a"});
  const Result opus = run({"info", "--decode", "tests/data/sounds/mono.opus"});
  ::unsetenv("HEARTH_AUDIO_FFMPEG");
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("stereo.m4a]"));
  EXPECT_THAT(r.err, HasSubstr("libavformat-dev"));
  EXPECT_EQ(std::count(r.err.begin(), r.err.end(), '\n'), 1) << r.err;
  // libsndfile then reads Opus, as long and at the same rate.
  EXPECT_THAT(opus.out, HasSubstr("0:01.500  48000"));
}

TEST_F(AudioApp, ResamplesFolders) {
  write_text(path("sounds/broken.wav"), "no sound");
  const Result r = run({"resample", path("sounds"), "--rate", "8000", "--channel", "mix",
                        "--output", path("out"), "--json"});
  EXPECT_EQ(r.code, 1);
  const auto j = nlohmann::json::parse(r.last());
  EXPECT_EQ(j["failed"], 1);
  EXPECT_THAT(r.err, HasSubstr("broken.wav"));
  EXPECT_FALSE(folder.has("out/broken.wav"));
  const audio::AudioMetaData m = audio::info(path("out/a.wav"));
  EXPECT_EQ(m.sample_rate, 8000);
  EXPECT_EQ(m.num_frames, 8000);
  EXPECT_EQ(m.num_channels, 1);
  EXPECT_EQ(m.bits_per_sample, 16);
  // A rate that stays changes nothing.
  const hearth::Tensor before = audio::load(path("sounds/more/b.flac")).waveform;
  EXPECT_TRUE(audio::load(path("out/more/b.wav")).waveform.equal(before));
  // What the library makes of the whole file, to the last bit but one.
  const hearth::Tensor want = audio::functional::resample(
      audio::load(path("sounds/a.wav")).waveform.mean(0, true), 16000, 8000);
  EXPECT_LE((audio::load(path("out/a.wav")).waveform - want).abs().max().item<double>(),
            1.0 / 32768);
  // Nothing is done where results are there.
  EXPECT_THAT(run({"resample", path("sounds"), "--output", path("out")}).err,
              HasSubstr("--overwrite"));
}

TEST_F(AudioApp, ResampleKeepsWhatFilesAre) {
  const hearth::Tensor x = hearth::rand({2, 500}) * 3;
  audio::save(path("f.wav"), x, 8000);
  const auto convert = [&](const std::string& in, std::vector<std::string> options) {
    options.insert(options.begin(), {"resample", in, "--output", path("o"), "--overwrite"});
    return run(options);
  };
  EXPECT_EQ(convert(path("f.wav"), {}).code, 0);
  EXPECT_TRUE(audio::load(path("o/f.wav")).waveform.equal(x));
  EXPECT_EQ(convert(path("f.wav"), {"--format", "flac", "--channel", "1"}).code, 0);
  EXPECT_EQ(audio::info(path("o/f.flac")).bits_per_sample, 24);
  EXPECT_EQ(audio::info(path("o/f.flac")).num_channels, 1);
  const Result clipped = convert(path("f.wav"), {"--bits", "16"});
  EXPECT_THAT(clipped.err, HasSubstr("samples clipped"));
  EXPECT_EQ(audio::info(path("o/f.wav")).bits_per_sample, 16);
  EXPECT_EQ(convert("tests/data/sounds/stereo.mp3", {}).code, 0);
  EXPECT_EQ(audio::info(path("o/stereo.wav")).bits_per_sample, 16);
  EXPECT_EQ(audio::info(path("o/stereo.wav")).num_frames, 22050);
  EXPECT_EQ(convert(path("f.wav"), {"--channel", "2"}).code, 1);
  EXPECT_EQ(convert(path("f.wav"), {"--channel", "left"}).code, 2);
  EXPECT_EQ(convert(path("f.wav"), {"--format", "mp3", "--bits", "16"}).code, 2);
  EXPECT_EQ(convert(path("f.wav"), {"--bits", "12"}).code, 1);
}

struct AudioPlot : AudioApp {
  void SetUp() override {
    AudioApp::SetUp();
    if (!plot::can_rasterize()) GTEST_SKIP() << "built without FreeType";
    // A tone of 2 kHz, then silence.
    const hearth::Tensor t = hearth::arange(8000).to(hearth::kDouble) / 16000.0;
    audio::save(path("tone.wav"),
                hearth::cat({(t * (2000 * 2 * M_PI)).sin() * 0.5, hearth::zeros_like(t)})
                    .to(hearth::kFloat),
                16000);
  }
  hearth::Tensor draw(const std::vector<std::string>& options) const {
    std::vector<std::string> all{"plot", path("tone.wav"), "--output", path("p.png"),
                                 "--overwrite"};
    all.insert(all.end(), options.begin(), options.end());
    const Result r = run(all);
    EXPECT_EQ(r.code, 0) << r.err;
    return hearth::vision::io::read_image(path("p.png"));
  }
};

/// How bright a picture is around a place, 0 to 255.
double brightness(const hearth::Tensor& image, double x, double y) {
  const auto at = [&](int64_t dim, double share) {
    return std::lround(static_cast<double>(image.size(dim)) * share);
  };
  return image.narrow(1, at(1, y) - 2, 5)
      .narrow(2, at(2, x) - 2, 5)
      .to(hearth::kFloat)
      .mean()
      .item<double>();
}

TEST_F(AudioPlot, ShowsTonesWhereTheyAre) {
  const hearth::Tensor image = draw({"--show", "spectrogram"});
  // The picture's own rows and columns: find the brightest row of the left half.
  double best = 0, where = 0;
  for (double y = 0.25; y < 0.8; y += 0.005)
    if (const double b = brightness(image, 0.3, y); b > best) {
      best = b;
      where = y;
    }
  EXPECT_GT(best, 200);
  EXPECT_LT(brightness(image, 0.75, where), 60);  // silent
  EXPECT_LT(brightness(image, 0.3, 0.35), 60);    // above the tone
  // Of the upper half of 4 kHz to 8 kHz nothing is bright; 2 kHz is a quarter from the bottom.
  EXPECT_GT(where, 0.55);
  EXPECT_FALSE(draw({"--show", "mel", "--show", "waveform"}).equal(image));
}

TEST_F(AudioPlot, WritesWhatIsNamedAndNothingElse) {
  EXPECT_EQ(run({"plot", path("tone.wav"), "--output", path("p.svg")}).code, 0);
  EXPECT_THAT(read_text(path("p.svg")), HasSubstr("spectrogram"));
  EXPECT_FALSE(folder.has("p.png"));
  EXPECT_THAT(run({"plot", path("tone.wav"), "--output", path("p.svg")}).err,
              HasSubstr("--overwrite"));
  EXPECT_EQ(run({"plot", path("tone.wav"), "--output", path("p.gif")}).code, 2);
  for (const auto& [options, what] : std::vector<std::pair<std::vector<std::string>, const char*>>{
           {{"--offset", "2"}, "nothing to draw from 0:02.000 on; it lasts 0:01.000"},
           {{"--channel", "1"}, "expected a channel below 1"}}) {
    std::vector<std::string> all{"plot", path("tone.wav"), "--output", path("q.png")};
    all.insert(all.end(), options.begin(), options.end());
    const Result r = run(all);
    EXPECT_EQ(r.code, 1);
    EXPECT_THAT(r.err, HasSubstr(what));
  }
  // One sample, and none of a known length.
  audio::save(path("one.wav"), hearth::ones({1, 1}), 8000);
  EXPECT_EQ(run({"plot", path("one.wav"), "--output", path("one.png"), "--show", "mel"}).code, 0);
  EXPECT_EQ(run({"plot", "tests/data/sounds/streamed.flac", "--output", path("f.png")}).code, 0);
  EXPECT_FALSE(folder.has("q.png"));
}

TEST(SoundChart, MarksTimeAsClocksDo) {
  const auto text = [](double begin, double end) {
    const plot::SoundPanel panel{.envelope = hearth::zeros({2, 10}), .least = -1, .most = 1};
    return plot::to_svg(plot::sound_chart({panel}, begin, end));
  };
  EXPECT_THAT(text(0, 300), HasSubstr(">4:30<"));
  EXPECT_THAT(text(0, 10000), HasSubstr(">2:20:00<"));
  EXPECT_THAT(text(0, 500000), HasSubstr(">28:00:00<"));
  EXPECT_THAT(text(0, 2), HasSubstr(">seconds<"));
}

}  // namespace
