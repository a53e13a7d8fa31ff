// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/features/voice.h"

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/random.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "error_of.h"

namespace hearth::audio::features {
namespace {

Tensor pulses(int64_t time, int64_t period) {
  Tensor x = zeros({time});
  for (int64_t t = period; t < time; t += period) x[t].fill_(1);
  return x;
}

TEST(Voice, OfWhatRepeatsIsSteady) {
  const Tensor x = pulses(16000, 100);
  const std::vector<double> marks = pitch_marks(x, VoiceOptions(16000));
  ASSERT_GT(marks.size(), 140U);
  for (size_t i = 1; i < marks.size(); ++i) EXPECT_NEAR(marks[i] - marks[i - 1], 0.00625, 1e-9);
  EXPECT_LT(jitter(marks).local, 1e-6);
  EXPECT_LT(shimmer(x, 16000, marks).local, 1e-6);
  EXPECT_GT(harmonicity(x, VoiceOptions(16000)).min().item<double>(), 30);
}

TEST(Voice, ByTheirDefinitions) {
  // Periods of 10, 11 and 10 ms: differences of 1 ms, deviations of 1 / 1.5 ms from means of three.
  const Jitter j = jitter({0, 0.010, 0.021, 0.031});
  EXPECT_NEAR(j.absolute, 0.001, 1e-12);
  EXPECT_NEAR(j.local, 3 * 0.001 / 0.031, 1e-12);
  EXPECT_NEAR(j.rap, (0.011 - 0.031 / 3) * 3 / 0.031, 1e-12);
  EXPECT_TRUE(std::isnan(j.ppq5));
  // A pause is no period, and what is on its two sides does not follow each other.
  EXPECT_NEAR(jitter({0, 0.01, 0.02, 0.5, 0.511, 0.522}).local, 0, 1e-12);
}

TEST(Voice, OfSilenceAndNoiseIsNone) {
  manual_seed(2);
  EXPECT_TRUE(pitch_marks(zeros({16000}), VoiceOptions(16000)).empty());
  EXPECT_TRUE(pitch_marks(zeros({10}), VoiceOptions(16000)).empty());
  EXPECT_TRUE(pitch_marks(zeros({0}), VoiceOptions(16000)).empty());
  EXPECT_TRUE(std::isnan(jitter({}).local));
  EXPECT_TRUE(std::isnan(shimmer(zeros({100}), 16000, {}).local));
  EXPECT_TRUE(harmonicity(zeros({16000}), VoiceOptions(16000)).isnan().all().item<bool>());
  EXPECT_LT(harmonicity(randn({16000}), VoiceOptions(16000)).max().item<double>(), 5);
  const Formants f = formants(zeros({4000}), FormantOptions(16000));
  EXPECT_TRUE(f.frequency.isnan().all().item<bool>());
}

TEST(Voice, ABatchIsItsItems) {
  manual_seed(4);
  const Tensor x = stack({pulses(6000, 80) + 0.01 * randn({6000}), randn({6000})});
  const Tensor h = harmonicity(x, VoiceOptions(16000));
  EXPECT_TRUE(h[1].equal(harmonicity(x[1], VoiceOptions(16000))));
  const Formants f = formants(x.unsqueeze(1), FormantOptions(16000));
  EXPECT_EQ(f.frequency.sizes(), f.bandwidth.sizes());
  EXPECT_EQ(f.frequency.sizes().slice(0, 3), IntArrayRef({2, 1, 5}));
  const Formants one = formants(x[0], FormantOptions(16000));
  EXPECT_TRUE(((f.frequency[0][0] - one.frequency).abs() < 1)
                  .logical_or(one.frequency.isnan())
                  .all()
                  .item<bool>());
}

TEST(Voice, RefusesWhatIsTooShortOrTooMuch) {
  EXPECT_NE(error_of<ShapeError>([] {
              pitch_marks(ones({2, 900}), VoiceOptions(8000));
            }).find("one channel"),
            std::string::npos);
  EXPECT_NE(error_of<ValueError>([] {
              harmonicity(ones({900}), VoiceOptions(16000));
            }).find("hold no frame"),
            std::string::npos);
  EXPECT_NE(error_of<ValueError>([] {
              formants(ones({90}), FormantOptions(16000));
            }).find("hold no frame"),
            std::string::npos);
  EXPECT_NE(error_of<ValueError>([] {
              formants(ones({9000}), FormantOptions(16000).window_time(0.0001));
            }).find("frames of more than 10 samples"),
            std::string::npos);
}

}  // namespace
}  // namespace hearth::audio::features
