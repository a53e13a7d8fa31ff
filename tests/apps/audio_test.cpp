// SPDX-License-Identifier: Apache-2.0
// hearth-audio as its users run it.
#include <cstdlib>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "hearth/audio/io/load.h"
#include "hearth/audio/io/save.h"
#include "hearth/hearth.h"

#include "apps/program_test.h"

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

}  // namespace
