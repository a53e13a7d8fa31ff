// SPDX-License-Identifier: Apache-2.0
// What golden values do not say of features: definitions of our own, lengths, gradients, errors.
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "hearth/audio/features/chroma.h"
#include "hearth/audio/features/cqt.h"
#include "hearth/audio/features/frames.h"
#include "hearth/audio/features/loudness.h"
#include "hearth/audio/features/pitch.h"
#include "hearth/audio/features/segments.h"
#include "hearth/audio/features/spectral.h"
#include "hearth/audio/features/statistics.h"
#include "hearth/autograd/gradcheck.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/predicates.h"
#include "hearth/ops/random.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

#include "error_of.h"

namespace hearth::audio::features {
namespace {

using Segments = std::vector<Segment>;

Tensor sine(double rate, double hz, double seconds, double amplitude = 1) {
  const auto n = static_cast<int64_t>(rate * seconds);
  return (sin(arange(n, kDouble) * (2 * std::numbers::pi * hz / rate)) * amplitude).to(kFloat);
}

TEST(Frames, CountsAreThoseOfTheFraming) {
  const auto options = FrameOptions().frame_length(64).hop_length(16);
  EXPECT_EQ(rms(ones({2, 100}), options).sizes(), IntArrayRef({2, options.framing().frames(100)}));
  EXPECT_EQ(energy(ones({100}), FrameOptions(options).center(false)).sizes(), IntArrayRef({3}));
  EXPECT_TRUE(energy(ones({64}), FrameOptions(options).center(false)).equal(tensor({64.F})));
  EXPECT_EQ(rms(zeros({0, 100}), options).sizes(), IntArrayRef({0, 7}));
  const Tensor x = rand({100, 3}).t();
  EXPECT_TRUE(rms(x, options).equal(rms(x.contiguous(), options)));
}

TEST(Frames, ErrorsSayWhatToDo) {
  EXPECT_NE(error_of<ValueError>([] {
              rms(ones({63}), FrameOptions().frame_length(64).center(false));
            }).find("63 samples hold no frame of 64"),
            std::string::npos);
  EXPECT_NE(error_of<ValueError>([] {
              rms(ones({32}), FrameOptions().frame_length(64).pad_mode("reflect"));
            }).find("cannot be mirrored"),
            std::string::npos);
  EXPECT_NE(error_of<ValueError>([] { rms(ones({0})); }).find("0 samples"), std::string::npos);
  EXPECT_NE(error_of<DtypeError>([] { rms(ones({9}, kLong)); }).find("floating point"),
            std::string::npos);
}

TEST(SpectralFeatures, OfKnownSpectra) {
  // Four points, at 0, 1000, 2000 and 3000 Hz.
  const Magnitudes s(
      tensor({{1.0, 0.0, 2.0}, {1.0, 4.0, 0.0}, {1.0, 0.0, 0.0}, {1.0, 0.0, 2.0}}, kDouble), 6000);
  const auto expect = [](const Tensor& got, const std::vector<double>& want) {
    EXPECT_TRUE(allclose(got, tensor(want, kDouble), 1e-12, 1e-12)) << got;
  };
  expect(spectral_centroid(s), {1500, 1000, 1500});
  expect(spectral_entropy(s), {1, 0, 0.5});
  expect(spectral_flux(s), {0, std::sqrt(12.0) / 4, std::sqrt(24.0) / 4});
  // Shares (0, 1, 0, 0) against frequencies: (1000 - 1500) / sum of squares.
  expect(spectral_slope(s), {0, -500 / 5e6, 0});
  expect(spectral_rolloff(s), {3000, 1000, 3000});
  expect(spectral_flatness(Magnitudes(zeros({4, 1}, kDouble), 6000)), {1});
}

TEST(SpectralFeatures, OfSilenceAreNumbers) {
  const SpectralOptions options = SpectralOptions(16000).n_fft(512).hop_length(256);
  const Tensor x = zeros({2, 1000});
  for (const Tensor& t :
       {spectral_centroid(x, options), spectral_bandwidth(x, options), spectral_rolloff(x, options),
        spectral_contrast(x, options, ContrastOptions().n_bands(4)), spectral_flux(x, options),
        spectral_slope(x, options), spectral_entropy(x, options)})
    EXPECT_TRUE(t.equal(zeros_like(t)));
  EXPECT_TRUE(chroma_stft(x, ChromaOptions(options).tuning(0.0)).equal(zeros({2, 12, 4})));
}

TEST(SpectralFeatures, AreDifferentiable) {
  const Tensor x = rand({2, 40}, TensorOptions(kDouble).requires_grad(true));
  const auto options = SpectralOptions(8000).n_fft(16).hop_length(8);
  using Inputs = std::vector<Tensor>;
  const std::vector<std::function<Tensor(const Magnitudes&)>> functions = {
      [](const Magnitudes& s) { return spectral_centroid(s) / 1000; },
      [](const Magnitudes& s) { return spectral_bandwidth(s) / 1000; },
      [](const Magnitudes& s) { return spectral_flatness(s); },
      [](const Magnitudes& s) {
        return spectral_contrast(s, ContrastOptions().n_bands(1).fmin(1600));
      },
      [](const Magnitudes& s) { return spectral_flux(s); },
      [](const Magnitudes& s) { return spectral_slope(s) * 1000; },
      [](const Magnitudes& s) { return spectral_entropy(s); }};
  for (size_t i = 0; i < functions.size(); ++i)
    EXPECT_TRUE(autograd::gradcheck(
        [&](const Inputs& in) { return Inputs{functions[i](Magnitudes(in[0], options))}; }, {x}))
        << i;
  EXPECT_TRUE(autograd::gradcheck(
      [&](const Inputs& in) {
        return Inputs{rms(in[0], FrameOptions().frame_length(16).hop_length(8)),
                      chroma_stft(in[0], ChromaOptions(options).tuning(0.0))};
      },
      {x}));
}

TEST(SpectralFeatures, RefuseBandsBeyondTheSpectrum) {
  const auto options = SpectralOptions(16000).n_fft(512);
  EXPECT_NE(error_of<ValueError>([&] {
              spectral_contrast(ones({900}), options, ContrastOptions().n_bands(7));
            }).find("beyond half the sample rate"),
            std::string::npos);
  EXPECT_NE(error_of<ValueError>([&] {
              spectral_contrast(ones({900}), SpectralOptions(16000).n_fft(8).hop_length(4));
            }).find("holds no point"),
            std::string::npos);
}

TEST(Chroma, EachItemHasATuningOfItsOwn) {
  const Tensor a = sine(22050, 440, 0.5), b = sine(22050, 452, 0.5);
  const ChromaOptions options(22050);
  const Tensor both = chroma_stft(stack({a, b}), options);
  EXPECT_TRUE(allclose(both[0], chroma_stft(a, options)));
  EXPECT_TRUE(allclose(both[1], chroma_stft(b, options)));
  EXPECT_EQ(both[0].select(1, 5).argmax().item<int64_t>(), 9);  // A
}

TEST(Cqt, OfASineIsAtItsBin) {
  const CqtOptions options(22050);
  const Tensor c = cqt(sine(22050, 440, 1), options);
  EXPECT_EQ(c.sizes(), IntArrayRef({84, options.framing().frames(22050)}));
  EXPECT_EQ(c.scalar_type(), kComplexFloat);
  EXPECT_EQ(c.abs().select(1, 20).argmax().item<int64_t>(), 45);  // A4, 3 octaves and 9 above C1
  const Tensor batch = cqt(stack({sine(22050, 440, 1), sine(22050, 110, 1)}).unsqueeze(1), options);
  EXPECT_TRUE(allclose(batch[0][0], c));
  EXPECT_NE(error_of<ValueError>([] {
              cqt(ones({900}), CqtOptions(8000));
            }).find("beyond half the sample rate"),
            std::string::npos);
  EXPECT_NE(error_of<ValueError>([] { cqt(ones({0}), CqtOptions(22050)); }).find("got none"),
            std::string::npos);
}

TEST(Cqt, IsDifferentiable) {
  const Tensor x = rand({60}, TensorOptions(kDouble).requires_grad(true));
  const auto options = CqtOptions(8000).fmin(800).n_bins(4).bins_per_octave(4).hop_length(20);
  EXPECT_TRUE(autograd::gradcheck(
      [&](const std::vector<Tensor>& in) {
        return std::vector<Tensor>{cqt(in[0], options).abs().square()};
      },
      {x}));
}

TEST(Pitch, OfASineIsItsFrequency) {
  for (const double hz : {110.0, 220.0, 441.3}) {
    const Tensor x = sine(16000, hz, 1);
    const auto options = YinOptions(16000).fmin(80).fmax(600).frame_length(1024);
    const Tensor f0 = yin(x, options).slice(0, 4, -4);
    EXPECT_LT((f0 - hz).abs().max().item<double>(), 0.01 * hz) << hz;
    const Pyin p = pyin(x, options);
    EXPECT_TRUE(p.voiced_flag.slice(0, 4, -4).all().item<bool>());
    EXPECT_LT((p.f0.slice(0, 4, -4) - hz).abs().max().item<double>(), 0.01 * hz) << hz;
  }
}

TEST(Pitch, ABatchIsItsItems) {
  manual_seed(3);
  const Tensor x = stack({sine(16000, 200, 0.3), randn({4800}) * 0.1, sine(16000, 300, 0.3)});
  const auto options = YinOptions(16000).fmin(80).fmax(600).frame_length(1024).hop_length(160);
  const Pyin all = pyin(x.reshape({3, 1, 4800}), options);
  EXPECT_EQ(all.f0.sizes(), IntArrayRef({3, 1, options.framing().frames(4800)}));
  EXPECT_EQ(all.voiced_flag.scalar_type(), kBool);
  for (int64_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(yin(x, options)[i].equal(yin(x[i], options)));
    EXPECT_TRUE(all.voiced_prob[i][0].equal(pyin(x[i], options).voiced_prob));
  }
}

TEST(Pitch, RefusesWhatCannotBeFound) {
  EXPECT_NE(error_of<ValueError>([] {
              yin(ones({9000}), YinOptions(16000).frame_length(200));
            }).find("frame_length=247"),
            std::string::npos);
  EXPECT_NE(error_of<ValueError>([] {
              yin(ones({9000}), YinOptions(4000));
            }).find("half the sample rate"),
            std::string::npos);
  EXPECT_NE(error_of<ValueError>([] {
              pyin(ones({9000}), YinOptions(16000).fmin(200).fmax(220));
            }).find("wider range"),
            std::string::npos);
  EXPECT_NE(error_of<ValueError>([] { pyin(ones({0}), YinOptions(16000)); }).find("0 samples"),
            std::string::npos);
}

// Signals and expectations of EBU Tech 3341 and 3342.
TEST(Loudness, MeetsTheMinimumRequirementsOfEbuMode) {
  constexpr int64_t kRate = 48000;
  const auto stereo = [](double dbfs, double seconds) {
    return sine(kRate, 1000, seconds, std::pow(10, dbfs / 20)).unsqueeze(0).expand({2, -1});
  };
  for (const double level : {-23.0, -33.0}) {
    const Loudness l = loudness(stereo(level, 5), kRate);
    EXPECT_NEAR(l.integrated.item<double>(), level, 0.1);
    EXPECT_NEAR(l.momentary.mean().item<double>(), level, 0.1);
    EXPECT_NEAR(l.short_term.mean().item<double>(), level, 0.1);
    EXPECT_EQ(l.momentary.sizes(), IntArrayRef({47}));
    EXPECT_EQ(l.short_term.sizes(), IntArrayRef({21}));
  }
  const Tensor gated = cat({stereo(-36, 10), stereo(-23, 60), stereo(-36, 10)}, 1);
  EXPECT_NEAR(loudness(gated, kRate).integrated.item<double>(), -23, 0.1);
  EXPECT_NEAR(loudness(cat({stereo(-72, 10), stereo(-36, 10), stereo(-23, 60), stereo(-36, 10),
                            stereo(-72, 10)},
                           1),
                       kRate)
                  .integrated.item<double>(),
              -23, 0.1);
  EXPECT_NEAR(loudness(cat({stereo(-20, 20), stereo(-30, 20)}, 1), kRate).range.item<double>(), 10,
              1);
  EXPECT_NEAR(loudness(cat({stereo(-20, 20), stereo(-15, 20)}, 1), kRate).range.item<double>(), 5,
              1);
  EXPECT_NEAR(loudness(cat({stereo(-40, 20), stereo(-20, 20)}, 1), kRate).range.item<double>(), 20,
              1);
}

// Of a full-scale sine at 997 Hz in one channel BS.1770-4 says -3.01 LKFS, at any sample rate.
TEST(Loudness, IsCalibrated) {
  for (const int64_t rate : {8000, 16000, 44100, 48000, 96000})
    EXPECT_NEAR(loudness(sine(static_cast<double>(rate), 997, 2).unsqueeze(0), rate)
                    .integrated.item<double>(),
                -3.01, 0.1)
        << rate;
}

TEST(Loudness, OfFiveOneLeavesOutLowFrequencies) {
  const Tensor tone = sine(48000, 1000, 1, 0.1);
  Tensor x = zeros({6, 48000});
  x[3].copy_(tone);
  EXPECT_TRUE(std::isnan(loudness(x, 48000).integrated.item<double>()));
  x[4].copy_(tone);
  EXPECT_NEAR(loudness(x, 48000).integrated.item<double>(), -23.0 + 10 * std::log10(1.41), 0.1);
}

TEST(Loudness, OfSilence) {
  const Loudness l = loudness(zeros({2, 1, 16000}), 16000);
  EXPECT_TRUE(l.integrated.isnan().all().item<bool>());
  EXPECT_TRUE(l.range.equal(zeros({2}, kDouble)));
  EXPECT_TRUE(l.momentary.isinf().all().item<bool>());
  EXPECT_EQ(l.short_term.sizes(), IntArrayRef({2, 0}));
  EXPECT_NE(error_of<ValueError>([] {
              loudness(zeros({7, 9000}), 16000);
            }).find("6 channels"),
            std::string::npos);
}

TEST(VoiceSegments, AreWhereItIsLoud) {
  manual_seed(5);
  constexpr int64_t kRate = 16000;
  Tensor x = randn({3 * kRate}) * 1e-3;
  x.slice(0, 8000, 16000) += sine(kRate, 200, 0.5, 0.2);
  x.slice(0, 17600, 24000) += sine(kRate, 300, 0.4, 0.1);   // after a pause of 100 ms
  x.slice(0, 40000, 40320) += sine(kRate, 300, 0.02, 0.2);  // a click
  const auto plain = SegmentOptions(kRate).padding(0);
  const Segments one = voice_segments(x, plain);
  ASSERT_EQ(one.size(), 1U);
  EXPECT_NEAR(static_cast<double>(one[0].begin), 8000, 400);
  EXPECT_NEAR(static_cast<double>(one[0].end), 24000, 400);
  EXPECT_EQ(voice_segments(x, SegmentOptions(plain).hangover(0.05)).size(), 2U);
  EXPECT_EQ(voice_segments(x, SegmentOptions(plain).min_duration(0)).size(), 2U);
  const Segments wider = voice_segments(x, SegmentOptions(plain).padding(0.1));
  EXPECT_EQ(wider, (Segments{{one[0].begin - 1600, one[0].end + 1600}}));
  EXPECT_EQ(voice_segments(x, SegmentOptions(plain).hangover(0.05).padding(0.06)).size(), 1U);
  EXPECT_EQ(voice_segments(stack({zeros_like(x), x}), plain).size(), 1U);
}

TEST(VoiceSegments, OfWhatIsAllVoiceOrNone) {
  const Tensor tone = sine(16000, 200, 1, 0.3);
  EXPECT_EQ(voice_segments(tone, SegmentOptions(16000)), (Segments{{0, 16000}}));
  EXPECT_EQ(voice_segments(zeros({16000}), SegmentOptions(16000)), Segments{});
  EXPECT_EQ(voice_segments(randn({16000}) * 1e-3, SegmentOptions(16000)), Segments{});
  EXPECT_EQ(voice_segments(zeros({0}), SegmentOptions(16000)), Segments{});
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(voice_segments(full({16000}, nan), SegmentOptions(16000)), Segments{});
  EXPECT_EQ(voice_segments(tone.slice(0, 0, 100), SegmentOptions(16000)), Segments{});
  const auto fixed = SegmentOptions(16000).noise_level(-5);
  EXPECT_EQ(voice_segments(tone, fixed), Segments{});
  EXPECT_NE(error_of<ValueError>([&] {
              voice_segments(tone, SegmentOptions(16000).begin_above(3));
            }).find("end_above <= begin_above"),
            std::string::npos);
}

TEST(VoiceSegments, OfPartsAreThoseOfTheWhole) {
  manual_seed(6);
  Tensor x = randn({2, 20000}) * 1e-3;
  x.slice(1, 3000, 9000) += sine(16000, 200, 0.375, 0.2);
  const SegmentOptions options(16000);
  for (const int64_t step : {1, 7, 160, 399, 5000}) {
    VoiceSegmenter segmenter(options);
    for (int64_t t = 0; t < x.size(1); t += step) segmenter.accept(x.slice(1, t, t + step));
    EXPECT_EQ(segmenter.segments(), voice_segments(x, options)) << step;
    if (step == 1) x = x.slice(1, 0, 12000);
  }
}

TEST(Statistics, SkipWhatIsNoNumber) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Tensor x = tensor({{nan, 1.0, nan, 3.0}, {nan, nan, nan, nan}}, kDouble);
  const auto options = StatisticsOptions().percentiles({50});
  const Tensor s = statistics(x, options);
  EXPECT_EQ(s.sizes(), IntArrayRef({2, 8}));
  EXPECT_TRUE(s[0].slice(0, 0, 5).equal(tensor({2.0, 1.0, 1.0, 3.0, 1.0}, kDouble)));
  EXPECT_EQ(s[0][7].item<double>(), 2);
  EXPECT_TRUE(s[1].isnan().all().item<bool>());
  EXPECT_TRUE(statistics(x, StatisticsOptions(options).skip_nan(false)).isnan().all().item<bool>());
  EXPECT_TRUE(statistics(zeros({2, 0}), options).isnan().all().item<bool>());
}

TEST(Statistics, NamesSayWhatIsWhere) {
  const auto names = statistics_names(StatisticsOptions().percentiles({2.5, 50}));
  EXPECT_EQ(names.size(), 9U);
  EXPECT_EQ(names[1], "std");
  EXPECT_EQ(names[7], "p2.5");
  EXPECT_NE(error_of<ValueError>([] {
              statistics(ones({2, 3}), tensor({3, 4}));
            }).find("length 4 of item 1"),
            std::string::npos);
}

}  // namespace
}  // namespace hearth::audio::features
