// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/manifests/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/audio/io/save.h"
#include "hearth/ops/creation.h"

#include "error_of.h"
#include "temporary.h"

namespace hearth::audio {
namespace {

using testing::HasSubstr;

struct LoadUtterance : testing::Test {
  LoadUtterance() { save(path, sound, 8000); }
  Utterance part(double start, double end, int64_t channel = -1) const {
    return {.id = "u", .path = path, .start = start, .end = end, .channel = channel};
  }
  TemporaryFolder folder;
  std::string path = folder / "a.wav";
  Tensor sound = rand({2, 12000});
};

TEST_F(LoadUtterance, PartsAndChannels) {
  EXPECT_EQ(load(part(0, -1)).sample_rate, 8000);
  EXPECT_TRUE(load(part(0, -1)).waveform.equal(sound));
  EXPECT_TRUE(load(part(0.25, 0.5)).waveform.equal(sound.slice(1, 2000, 4000)));
  EXPECT_TRUE(load(part(0.25, -1, 1)).waveform.equal(sound.slice(0, 1).slice(1, 2000)));
  // To the nearest sample.
  EXPECT_TRUE(load(part(0.00007, 0.0004)).waveform.equal(sound.slice(1, 1, 3)));
  EXPECT_EQ(load(part(1, 1.9)).waveform.size(1), 4000);
  EXPECT_EQ(load(part(1.5, -1)).waveform.size(1), 0);
}

TEST_F(LoadUtterance, SaysWhatIsNotThere) {
  EXPECT_THAT(error_of<FormatError>([&] { load(part(1, 2.1)); }), HasSubstr("'u' ends at 2.1"));
  EXPECT_THAT(error_of<FormatError>([&] { load(part(2, -1)); }), HasSubstr("the file ends at 1.5"));
  EXPECT_THAT(error_of<IndexError>([&] { load(part(0, 1, 2)); }), HasSubstr("channel 2"));
  EXPECT_THROW(load({.id = "u", .path = folder / "none"}), FileError);
}

TEST_F(LoadUtterance, RunsCommands) {
  const Utterance all{.id = "u", .path = "cat '" + path + "' |", .start = 0.5};
  EXPECT_TRUE(load(all).waveform.equal(sound.slice(1, 4000)));
  EXPECT_THAT(error_of<FileError>([] { load({.id = "u", .path = "exit 3 |"}); }),
              HasSubstr("exit 3"));
  EXPECT_THROW(load({.id = "u", .path = "echo no sound |"}), FormatError);
}

}  // namespace
}  // namespace hearth::audio
