// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/features/rhythm.h"

#include <string>

#include <gtest/gtest.h>

#include "hearth/ops/creation.h"
#include "hearth/ops/view.h"

#include "error_of.h"

namespace hearth::audio::features {
namespace {

TEST(Rhythm, OfSilenceIsNone) {
  const Beats beats = beat_track(zeros({30000}), SpectralOptions(22050));
  EXPECT_EQ(beats.tempo, 0);
  EXPECT_TRUE(beats.frames.empty());
  EXPECT_TRUE(onset_detect(zeros({50}), 0.02).empty());
  EXPECT_TRUE(onset_detect(zeros({0}), 0.02).empty());
  EXPECT_EQ(tempo(zeros({0}), 0.02), 0);
}

TEST(Rhythm, OfOneFrame) {
  EXPECT_TRUE(onset_strength(ones({2, 100}), OnsetOptions(22050)).equal(zeros({2, 1})));
  EXPECT_LE(beat_track(ones({1}), 0.02).frames.size(), 1U);
  EXPECT_EQ(onset_detect(full({1}, 3), 0.02).size(), 0U);
}

TEST(Rhythm, OfClicksIsTheirs) {
  Tensor x = zeros({10 * 22050});
  for (int64_t t = 5512; t < x.size(0); t += 11025) x.slice(0, t, t + 200).fill_(0.5);
  const Beats beats = beat_track(x, SpectralOptions(22050));
  EXPECT_NEAR(beats.tempo, 120, 4);
  ASSERT_GE(beats.frames.size(), 15U);
  for (const int64_t t : beats.frames) {
    const double off = static_cast<double>(t * 512 - 5512) / 11025;
    EXPECT_NEAR(off, static_cast<double>(static_cast<int64_t>(off + 0.5)), 0.1);
  }
}

TEST(Rhythm, EachItemHasItsOwnMaximum) {
  const Tensor x = rand({2, 8000}) * full({2, 1}, 1);
  const OnsetOptions options(SpectralOptions(16000).n_fft(512).hop_length(160));
  EXPECT_TRUE(onset_strength(x, options)[1].equal(onset_strength(x[1], options)));
  EXPECT_TRUE(onset_strength(x.unsqueeze(1), options).squeeze(1).equal(onset_strength(x, options)));
}

TEST(Rhythm, RefusesWhatIsNotOneSignal) {
  EXPECT_NE(error_of<ShapeError>([] {
              beat_track(ones({2, 900}), SpectralOptions(8000));
            }).find("one channel, got [2, 900]"),
            std::string::npos);
  EXPECT_NE(error_of<ValueError>([] { tempo(ones({9}), 0); }).find("in seconds"),
            std::string::npos);
  EXPECT_NE(error_of<ValueError>([] {
              tempo(ones({9}), 0.1, TempoOptions().ac_size(0.1));
            }).find("no two frames"),
            std::string::npos);
}

}  // namespace
}  // namespace hearth::audio::features
