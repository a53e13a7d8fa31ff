// SPDX-License-Identifier: Apache-2.0
// What filters, effects and resampling must do whatever torchaudio's values are.
#include <cmath>
#include <limits>
#include <map>
#include <numbers>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/audio/functional/effects.h"
#include "hearth/audio/functional/filtering.h"
#include "hearth/audio/functional/resample.h"
#include "hearth/audio/functional/waveform.h"
#include "hearth/audio/transforms/augment.h"
#include "hearth/audio/transforms/stream_resampler.h"
#include "hearth/audio/transforms/waveform.h"
#include "hearth/autograd/gradcheck.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/fft.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/predicates.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

#include "error_of.h"

namespace hearth::audio {
namespace {

namespace F = functional;
namespace T = transforms;
using testing::HasSubstr;

Tensor noise(IntArrayRef sizes, ScalarType dtype = kFloat, uint64_t seed = 1) {
  return rand(sizes, Generator(seed), TensorOptions(kDouble)).mul(2).sub(1).to(dtype);
}
Tensor tone(double hz, double rate, int64_t n) {
  return (arange(n, TensorOptions(kDouble)) * (2 * std::numbers::pi * hz / rate)).sin();
}
double largest(const Tensor& x) { return x.abs().max().item<double>(); }

TEST(Resample, KeepsWhatFitsAndNothingElse) {
  for (const auto& [from, to] : {std::pair{44100, 16000}, {48000, 16000}, {8000, 11025}}) {
    const double nyquist = std::min(from, to) / 2.0;
    const T::ResampleOptions sharp =
        T::ResampleOptions(from, to).lowpass_filter_width(64).dtype(kDouble);
    const Tensor low = T::Resample(sharp)(tone(nyquist / 4, from, from));
    const Tensor inner = (low - tone(nyquist / 4, to, low.size(0))).slice(0, 2000, -2000);
    EXPECT_LT(largest(inner), 2e-3);
    if (from < to) continue;
    const Tensor high = T::Resample(sharp)(tone(nyquist * 1.2, from, from));
    EXPECT_LT(largest(high.slice(0, 2000, -2000)), 2e-3);
  }
}

TEST(Resample, HasTheLengthsOfTheRatio) {
  for (const int64_t n : {0, 1, 2, 440, 441, 442})
    EXPECT_EQ(F::resample(zeros({2, n}), 44100, 16000).sizes(),
              IntArrayRef({2, (n * 160 + 440) / 441}));
  EXPECT_EQ(F::resample(zeros({0, 3, 5}), 2, 1).sizes(), IntArrayRef({0, 3, 3}));
}

TEST(Resample, TakesCoprimeRatesWithoutATableOfTheirProduct) {
  const Tensor x = noise({1, 2000});
  const Tensor y = F::resample(x, 44100, 44101);
  EXPECT_EQ(y.size(1), 2001);
  EXPECT_LT(largest(y.slice(1, 20, 1900) - x.slice(1, 20, 1900)), 0.2);
  // Nor has the gradient one: of a sum, it is what the filters of a sample's neighbours add up to.
  const Tensor leaf = x.clone().requires_grad_();
  F::resample(leaf, 44100, 44101).sum().backward();
  EXPECT_LT(largest(leaf.grad().slice(1, 20, 1900) - 1), 0.01);
}

TEST(Resample, TheModuleIsTheFunction) {
  const Tensor x = noise({2, 500});
  EXPECT_TRUE(T::Resample(T::ResampleOptions(3, 2))(x).equal(F::resample(x, 3, 2)));
  EXPECT_TRUE(T::Resample()(x).is_same(x));
}

TEST(Resample, GivesTheTypeItGets) {
  for (const ScalarType type : {kHalf, kBFloat16, kFloat, kDouble}) {
    const Tensor x = noise({2, 90}, type), want = F::resample(x.to(kDouble), 3, 2).to(type);
    const double tolerance = type == kBFloat16 ? 1e-2 : type == kHalf ? 1e-3 : 1e-6;
    StreamResampler stream({3, 2});
    const Tensor begin = stream.push(x);
    for (const Tensor& y : {F::resample(x, 3, 2), T::Resample(T::ResampleOptions(3, 2))(x),
                            cat({begin, stream.flush()}, 1)}) {
      EXPECT_EQ(y.scalar_type(), type);
      EXPECT_TRUE(y.to(kDouble).allclose(want.to(kDouble), tolerance, tolerance));
    }
  }
}

TEST(Resample, PassesOverTorchaudiosKernelInAStateDict) {
  T::Resample resample(T::ResampleOptions(3, 2));
  EXPECT_EQ(resample->state_dict().size(), 0u);
  OrderedDict<std::string, Tensor> state;
  state.insert("kernel", zeros({2, 1, 20}));
  resample->load_state_dict(state);
  const auto copy = std::dynamic_pointer_cast<T::ResampleImpl>(resample->clone());
  const Tensor x = noise({9});
  EXPECT_TRUE(copy->forward(x).equal(resample(x)));
}

TEST(Resample, SaysWhatItWants) {
  const Tensor x = noise({9});
  EXPECT_THAT(error_of([&] { F::resample(x, 16000, -1); }), HasSubstr("rates above 0"));
  EXPECT_THAT(error_of([&] { F::resample(x, 2, 1, 6, 0.99, "linear"); }),
              HasSubstr("resampling_method"));
  EXPECT_THAT(error_of([&] { F::resample(x.to(kShort), 2, 1); }), HasSubstr("floating-point"));
  EXPECT_THAT(error_of([&] { F::resample(x, 1, int64_t{1} << 60); }), HasSubstr("too large"));
  EXPECT_THAT(error_of([&] { F::speed(x, 8000, 0); }), HasSubstr("factor"));
}

TEST(StreamResampler, GivesTheBitsOfTheWhole) {
  for (const auto& [from, to] : {std::pair{44100, 16000},
                                 {48000, 16000},
                                 {16000, 48000},
                                 {16000, 22050},
                                 {5, 7},
                                 {44100, 44101},
                                 {3, 3}})
    for (const int64_t length : {1, 5, 1000, 5000}) {
      const Tensor x = noise({2, length});
      if (length == 1000) x.select(1, 400).fill_(std::numeric_limits<float>::infinity());
      const T::ResampleOptions options(from, to);
      const Tensor whole = T::Resample(options)(x);
      for (const int64_t chunk : {1, 7, 160, 4000}) {
        if (chunk == 1 && length > 1000) continue;
        SCOPED_TRACE(cat_str(from, " to ", to, ", ", length, " in blocks of ", chunk));
        StreamResampler stream(options);
        for (int twice = 0; twice < 2; ++twice) {
          std::vector<Tensor> parts;
          int64_t given = 0, got = 0;
          for (int64_t at = 0; at < length; at += chunk) {
            parts.push_back(stream.push(x.slice(1, at, std::min(length, at + chunk))));
            given = std::min(length, at + chunk);
            got += parts.back().size(1);
            // As late as it says, and no later.
            EXPECT_GE((got + 1) * from, (given - stream.delay() - 1) * to);
          }
          parts.push_back(stream.flush());
          EXPECT_TRUE(cat(parts, 1).view(kInt).equal(whole.view(kInt)));
        }
      }
    }
}

TEST(StreamResampler, SaysWhatItWants) {
  StreamResampler stream({3, 2});
  EXPECT_FALSE(stream.flush().defined());
  stream.push(noise({2, 5}));
  EXPECT_THAT(error_of([&] { stream.push(noise({3, 5})); }), HasSubstr("channels"));
  EXPECT_THAT(error_of([&] {
                stream.push(noise({2, 5}).to(kShort));
              }),
              HasSubstr("floating-point"));
}

/// A function of a waveform with its gradients compared with differences.
template <class Function>
void expect_gradients(const Tensor& x, const Function& f) {
  const auto all = [&](const autograd::variable_list& in) -> autograd::variable_list {
    return {f(in[0])};
  };
  EXPECT_NO_THROW(autograd::gradcheck(all, {x.clone().requires_grad_()}));
  EXPECT_NO_THROW(autograd::gradgradcheck(all, {x.clone().requires_grad_()}));
}

TEST(Waveforms, GradientsAgreeWithDifferences) {
  const Tensor x = noise({2, 9}, kDouble) * 0.2;
  expect_gradients(x, [](const Tensor& t) { return F::resample(t, 3, 2); });
  expect_gradients(x, [](const Tensor& t) { return F::overdrive(t, 3, 20); });
  expect_gradients(x, [](const Tensor& t) { return F::lowpass_biquad(t, 8000, 900); });
  for (const bool sine : {false, true})
    expect_gradients(
        x, [&](const Tensor& t) { return F::phaser(t, 800, 0.4, 0.74, 5, 0.9, 2, sine); });
  for (const char* interpolation : {"linear", "quadratic"})
    expect_gradients(x, [&](const Tensor& t) {
      return F::flanger(t, 800, 1, 4, 60, 71, 10, 25, "sinusoidal", interpolation);
    });
}

TEST(Filters, OfSharpLowResonancesKeepTheirGain) {
  // At 20 Hz of 48 kHz, coefficients computed in float would be off by a part in a thousand.
  const Tensor x = tone(20, 48000, 480000).to(kFloat) * 0.5;
  const Tensor y = F::bandpass_biquad(x, 48000, 20, 5);
  EXPECT_NEAR(largest(y.slice(0, 400000)), 0.5, 1e-4);
}

TEST(Filters, TakeNoSamplesAndNoChannels) {
  EXPECT_EQ(F::lowpass_biquad(zeros({2, 0}), 8000, 900).sizes(), IntArrayRef({2, 0}));
  EXPECT_EQ(F::lowpass_biquad(zeros({0, 3}), 8000, 900).sizes(), IntArrayRef({0, 3}));
  EXPECT_EQ(F::preemphasis(zeros({2, 0})).sizes(), IntArrayRef({2, 0}));
  EXPECT_EQ(F::overdrive(zeros({2, 0})).sizes(), IntArrayRef({2, 0}));
  EXPECT_EQ(F::phaser(zeros({2, 0}), 8000).sizes(), IntArrayRef({2, 0}));
  EXPECT_EQ(F::flanger(zeros({2, 0}), 8000).sizes(), IntArrayRef({2, 0}));
  EXPECT_EQ(F::phaser(ones({1}), 8000).sizes(), IntArrayRef({1}));
}

TEST(Filters, AreTheSameForHalfPrecisionStridedAndBatchedWaveforms) {
  const Tensor x = noise({2, 3, 50}) * 0.5, want = F::lowpass_biquad(x, 8000, 900);
  EXPECT_TRUE(F::lowpass_biquad(x.transpose(0, 2).contiguous().transpose(0, 2), 8000, 900)
                  .allclose(want, 1e-6, 1e-6));
  EXPECT_TRUE(F::lowpass_biquad(x[1][2], 8000, 900).allclose(want[1][2], 1e-6, 1e-6));
  const Tensor half = F::lowpass_biquad(x.to(kHalf), 8000, 900);
  EXPECT_EQ(half.scalar_type(), kHalf);
  EXPECT_TRUE(
      half.to(kFloat).allclose(F::lowpass_biquad(x.to(kHalf).to(kFloat), 8000, 900), 1e-3, 1e-3));
}

TEST(Effects, LeaveTheirInputAlone) {
  const Tensor x = noise({2, 40}), before = x.clone();
  F::dcshift(x, 0.5, 0.05);
  F::dither(x, "TPDF", true);
  F::overdrive(x);
  F::phaser(x, 8000);
  F::flanger(x, 8000);
  EXPECT_TRUE(x.equal(before));
}

TEST(Effects, SayWhatTheyWant) {
  const Tensor x = noise({2, 40});
  EXPECT_THAT(error_of([&] { F::contrast(x, -1); }), HasSubstr("from 0 to 100"));
  EXPECT_THAT(error_of([&] { F::phaser(x, 8000, 0.4, 0.74, 0); }), HasSubstr("delay_ms"));
  EXPECT_THAT(error_of([&] { F::phaser(x, 8000, 0.4, 0.74, 3, 1.5); }), HasSubstr("decay"));
  EXPECT_THAT(error_of([&] { F::flanger(noise({5, 40}), 8000); }), HasSubstr("4 channels"));
  EXPECT_THAT(error_of([&] { F::flanger(noise({40}), 8000); }), HasSubstr("channel"));
  EXPECT_THAT(error_of([&] { F::dither(x, "XPDF"); }), HasSubstr("TPDF"));
}

TEST(Dither, RoundsTo16BitsWithAnErrorThatDoesNotFollowTheSignal) {
  // A tone below one step: rounded plainly, nothing of it is left.
  const Tensor x = tone(400, 16000, 64000) * (0.4 / 32768);
  for (const char* density : {"TPDF", "RPDF", "GPDF"}) {
    SCOPED_TRACE(density);
    const Tensor y = F::dither(x, density, false, Generator(3)) * 32768;
    EXPECT_TRUE(y.equal(y.round()));
    EXPECT_TRUE(y.equal(F::dither(x, density, false, Generator(3)) * 32768));
    EXPECT_FALSE(y.equal(F::dither(x, density, false, Generator(4)) * 32768));
    const double kept = (y * tone(400, 16000, 64000)).mean().item<double>() * 2;
    EXPECT_NEAR(kept, 0.4, 0.05);
    EXPECT_NEAR(y.mean().item<double>(), 0, 0.01);
  }
  EXPECT_EQ(largest(F::dither(full({3}, 1.5), "RPDF")), 1 - 1.0 / 32768);
}

TEST(Dither, ShapedNoiseIsHigh) {
  const Tensor x = tone(1000, 16000, 32000) * 0.5;
  const auto low_and_high = [&](bool shaped) {
    const Tensor error = F::dither(x, "TPDF", shaped, Generator(5)) - x;
    const Tensor power = fft_rfft(error).abs().pow(2);
    return std::pair(power.slice(0, 0, 3000).mean().item<double>(),
                     power.slice(0, 13000).mean().item<double>());
  };
  const auto [low, high] = low_and_high(false);
  const auto [shaped_low, shaped_high] = low_and_high(true);
  EXPECT_NEAR(low / high, 1, 0.2);
  EXPECT_LT(shaped_low, 0.3 * low);
  EXPECT_GT(shaped_high, 2 * high);
}

TEST(AddNoise, HasTheRatio) {
  const Tensor x = noise({3, 4000}), n = noise({3, 4000}, kFloat, 2);
  const Tensor snr = tensor({20.0f, 0.0f, -7.5f});
  const Tensor added = F::add_noise(x, n, snr) - x;
  const Tensor got = 10 * (x.pow(2).sum(-1) / added.pow(2).sum(-1)).log10();
  EXPECT_TRUE(got.allclose(snr, 1e-3, 1e-3));
  EXPECT_TRUE(F::add_noise(zeros({3, 9}), n.slice(1, 0, 9), snr).equal(zeros({3, 9})));
  EXPECT_TRUE(F::add_noise(x, zeros({3, 4000}), snr).isnan().all().item<bool>());
  EXPECT_TRUE(
      F::add_noise(x, n, full({1}, 3)).allclose(F::add_noise(x, n, full({3}, 3)), 1e-6, 1e-6));
}

TEST(SpeedPerturbation, DrawsItsFactors) {
  T::SpeedPerturbation perturb(T::SpeedPerturbationOptions(8000, {0.9, 1.0, 1.1}));
  Generator generator(11);
  const GeneratorGuard guard(generator);
  std::map<int64_t, int> lengths;
  for (int i = 0; i < 300; ++i) {
    const auto [y, n] = perturb(ones({2, 990}), tensor({990, 99}, kLong));
    EXPECT_EQ(y.size(1), n[0].item<int64_t>());
    ++lengths[y.size(1)];
  }
  ASSERT_EQ(lengths.size(), 3u);
  for (const int64_t n : {1100, 990, 900}) EXPECT_NEAR(lengths[n], 100, 40) << n;
  EXPECT_THAT(error_of([] { T::SpeedPerturbation(T::SpeedPerturbationOptions(8000, {})); }),
              HasSubstr("at least one factor"));
}

TEST(PitchShift, MovesATone) {
  const Tensor x = tone(440, 16000, 16000).to(kFloat);
  for (const double steps : {12.0, -12.0, 7.0}) {
    const Tensor y = F::pitch_shift(x, 16000, steps);
    ASSERT_EQ(y.size(0), 16000);
    const double peak = fft_rfft(y).abs().argmax().item<int64_t>();  // bins are 1 Hz apart
    EXPECT_NEAR(peak, 440 * std::exp2(steps / 12), 6);
    T::PitchShift shift(T::PitchShiftOptions(16000, steps));
    EXPECT_TRUE(shift(x).allclose(y, 1e-6, 1e-6));
  }
  EXPECT_THAT(error_of([&] { F::pitch_shift(x.slice(0, 0, 200), 16000, 3); }),
              HasSubstr("mirrored"));
}

}  // namespace
}  // namespace hearth::audio
