// SPDX-License-Identifier: Apache-2.0
// What golden values do not say of transforms: states, lengths, errors, warnings.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "hearth/audio/functional/cepstral.h"
#include "hearth/audio/functional/distance.h"
#include "hearth/audio/functional/framing.h"
#include "hearth/audio/transforms/mel.h"
#include "hearth/audio/transforms/spectral.h"
#include "hearth/audio/transforms/speech.h"
#include "hearth/autograd/gradcheck.h"
#include "hearth/base/warning.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/fft.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/predicates.h"
#include "hearth/ops/random.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

#include "error_of.h"

namespace hearth::audio {
namespace {

namespace F = functional;
namespace T = transforms;

std::vector<std::string> keys_of(const nn::Module& module) {
  std::vector<std::string> keys;
  for (const auto& item : module.state_dict()) keys.push_back(item.key());
  return keys;
}

struct Collected final : WarningHandler {
  void process(const Warning& warning) override { all.push_back(warning.msg()); }
  std::vector<std::string> all;
};

TEST(Transforms, StateDictsHaveTorchaudiosKeys) {
  using Keys = std::vector<std::string>;
  EXPECT_EQ(keys_of(*T::Spectrogram()), Keys{"window"});
  EXPECT_EQ(keys_of(*T::InverseSpectrogram()), Keys{"window"});
  EXPECT_EQ(keys_of(*T::GriffinLim()), Keys{"window"});
  EXPECT_EQ(keys_of(*T::SpectralCentroid(16000)), Keys{"window"});
  EXPECT_EQ(keys_of(*T::MelScale(T::MelScaleOptions().n_mels(40))), Keys{"fb"});
  EXPECT_EQ(keys_of(*T::InverseMelScale(T::InverseMelScaleOptions(201).n_mels(40))), Keys{"fb"});
  const auto mel = T::MelSpectrogramOptions().n_mels(40);
  EXPECT_EQ(keys_of(*T::MelSpectrogram(mel)), (Keys{"spectrogram.window", "mel_scale.fb"}));
  EXPECT_EQ(keys_of(*T::MFCC(T::MFCCOptions().melkwargs(mel))),
            (Keys{"dct_mat", "MelSpectrogram.spectrogram.window", "MelSpectrogram.mel_scale.fb"}));
  EXPECT_EQ(keys_of(*T::LFCC()), (Keys{"filter_mat", "dct_mat", "Spectrogram.window"}));
  EXPECT_EQ(keys_of(*T::AmplitudeToDB()), Keys{});
}

TEST(Transforms, DefaultsAreTorchaudios) {
  const Tensor x = rand({2, 1600});
  EXPECT_EQ(T::Spectrogram()(x).sizes(), IntArrayRef({2, 201, 9}));
  EXPECT_EQ(T::Spectrogram(T::SpectrogramOptions().n_fft(512).win_length(400))(x).sizes(),
            IntArrayRef({2, 257, 9}));
  const T::MFCC mfcc(T::MFCCOptions().melkwargs(T::MelSpectrogramOptions().n_mels(64)));
  EXPECT_EQ(mfcc->options.n_mfcc(), 40);
  EXPECT_EQ(T::LFCC()(x).sizes(), IntArrayRef({2, 40, 9}));
}

TEST(Transforms, FramesOfLengthsAreThoseOfTheSignals) {
  for (const bool center : {true, false}) {
    for (const int64_t pad : {0, 3}) {
      for (const int64_t n_fft : {7, 16, 33}) {
        T::Spectrogram module(
            T::SpectrogramOptions().n_fft(n_fft).hop_length(5).pad(pad).center(center).pad_mode(
                "constant"));
        const F::Framing framing{n_fft, 5, pad, center};
        std::vector<int64_t> lengths, want;
        for (int64_t length = 0; length < 60; ++length) {
          lengths.push_back(length);
          const bool fits = length > 0 && (center || length + 2 * pad >= n_fft);
          want.push_back(fits ? module(ones({length})).size(-1) : 0);
          EXPECT_EQ(framing.frames(length), want.back()) << length << " of " << n_fft;
        }
        EXPECT_TRUE(module->frames(tensor(lengths)).equal(tensor(want)));
      }
    }
  }
  EXPECT_EQ(T::MelSpectrogram(T::MelSpectrogramOptions().n_mels(9))
                ->frames(tensor({{0, 1}, {200, 400}}))
                .sizes(),
            IntArrayRef({2, 2}));
  EXPECT_NE(error_of<DtypeError>([&] { T::Spectrogram()->frames(tensor({1.5})); }).find("integers"),
            std::string::npos);
}

TEST(Transforms, ClonesHaveTensorsOfTheirOwn) {
  const T::MFCC mfcc(T::MFCCOptions().n_mfcc(5).melkwargs(T::MelSpectrogramOptions().n_mels(9)));
  const auto copy = std::dynamic_pointer_cast<T::MFCCImpl>(mfcc->clone());
  ASSERT_TRUE(copy);
  const Tensor x = rand({800});
  const Tensor before = copy->forward(x);
  mfcc->dct_mat.zero_();
  mfcc->mel_spectrogram->mel_scale->fb.zero_();
  EXPECT_TRUE(copy->forward(x).equal(before));
  EXPECT_TRUE(copy->mel_spectrogram->mel_scale->fb.is_same(
      copy->get_buffer("MelSpectrogram.mel_scale.fb")));
}

TEST(Transforms, AStateOfAnotherModuleIsUsed) {
  T::MelScale mel(T::MelScaleOptions().n_mels(3).n_stft(5));
  OrderedDict<std::string, Tensor> state;
  state.insert("fb", ones({5, 3}));
  mel->load_state_dict(state);
  EXPECT_TRUE(mel(ones({5, 2})).equal(full({3, 2}, 5)));
}

TEST(Transforms, MoreFiltersThanFrequenciesAreWarnedOf) {
  Collected warnings;
  WarningUtils::set_warning_handler(&warnings);
  const T::MelSpectrogram defaults;  // torchaudio's defaults leave four filters empty
  WarningUtils::set_warning_handler(nullptr);
  ASSERT_EQ(warnings.all.size(), 1U);
  EXPECT_NE(warnings.all[0].find("4 of 128"), std::string::npos) << warnings.all[0];
}

TEST(Transforms, EmptyBatchesAndStridedInputs) {
  T::Spectrogram spectrogram(T::SpectrogramOptions().n_fft(16));
  EXPECT_EQ(spectrogram(zeros({0, 100})).sizes(), IntArrayRef({0, 9, 13}));
  EXPECT_EQ(spectrogram(zeros({2, 0, 100})).sizes(), IntArrayRef({2, 0, 9, 13}));
  const Tensor x = rand({100, 6}).t();
  EXPECT_TRUE(spectrogram(x).equal(spectrogram(x.contiguous())));
  const Tensor every_second = rand({200}).slice(0, 0, 200, 2);
  EXPECT_TRUE(spectrogram(every_second).equal(spectrogram(every_second.contiguous())));
  EXPECT_EQ(F::compute_deltas(zeros({3, 0})).sizes(), IntArrayRef({3, 0}));
  EXPECT_EQ(F::sliding_window_cmn(zeros({0, 3})).sizes(), IntArrayRef({0, 3}));
  EXPECT_EQ(T::AmplitudeToDB(T::AmplitudeToDBOptions().top_db(80.0))(zeros({2, 3, 0})).sizes(),
            IntArrayRef({2, 3, 0}));
}

TEST(Transforms, ErrorsSayWhatToDo) {
  T::Spectrogram spectrogram(T::SpectrogramOptions().n_fft(64));
  EXPECT_EQ(
      error_of<ValueError>([&] {
        spectrogram(rand({2, 32}));
      }),
      "[spectrogram] 32 samples cannot be mirrored by n_fft / 2 = 32: give a longer signal or "
      "a smaller n_fft, or set pad, or pad_mode \"constant\"");
  EXPECT_EQ(error_of<ValueError>(
                [&] { T::Spectrogram(T::SpectrogramOptions().center(false))(ones({9})); }),
            "[spectrogram] 9 samples hold no frame of n_fft = 400: give a longer signal or a "
            "smaller n_fft, or set center or pad");
  EXPECT_NE(error_of<ValueError>([&] {
              T::Spectrogram(T::SpectrogramOptions().win_length(401));
            }).find("win_length=401, n_fft=400"),
            std::string::npos);
  EXPECT_NE(error_of<ValueError>([&] {
              T::Spectrogram(T::SpectrogramOptions().power(-1.0))(ones({900}));
            }).find("power above 0"),
            std::string::npos);
  EXPECT_NE(error_of<ShapeError>([&] {
              T::MelScale(T::MelScaleOptions().n_mels(9))(ones({200, 3}));
            }).find("[..., 201, time], got [200, 3]"),
            std::string::npos);
  EXPECT_NE(error_of<DtypeError>([&] {
              T::InverseSpectrogram()(ones({201, 3}));
            }).find("griffinlim"),
            std::string::npos);
  EXPECT_NE(error_of<ValueError>([&] {
              T::AmplitudeToDB(T::AmplitudeToDBOptions().stype("energy"));
            }).find("\"power\" or \"magnitude\", got \"energy\""),
            std::string::npos);
  EXPECT_NE(error_of<ValueError>([&] {
              T::Loudness(16000)(ones({1, 6399}));
            }).find("6400"),
            std::string::npos);
}

TEST(Vad, OfNothingIsNothing) {
  EXPECT_EQ(T::Vad(16000)(zeros({2, 0})).sizes(), IntArrayRef({2, 0}));
  EXPECT_EQ(T::Vad(16000)(zeros({0, 900})).sizes(), IntArrayRef({0, 0}));
}

TEST(GriffinLim, FindsAWaveformOfTheMagnitudes) {
  manual_seed(7);
  T::Spectrogram spectrogram(T::SpectrogramOptions().n_fft(64).hop_length(16).power(1.0));
  const Tensor want = spectrogram(randn({1, 400}));
  const auto error = [&](int64_t n_iter, bool rand_init) {
    T::GriffinLim inverse(T::GriffinLimOptions()
                              .n_fft(64)
                              .hop_length(16)
                              .power(1.0)
                              .n_iter(n_iter)
                              .length(400)
                              .rand_init(rand_init));
    const Tensor got = spectrogram(inverse(want));
    return ((got - want).norm() / want.norm()).item<double>();
  };
  EXPECT_LT(error(100, true), 0.2);
  EXPECT_LT(error(100, true), 0.6 * error(0, true));
  EXPECT_LT(error(100, false), 0.2);
}

TEST(SlidingWindowCmn, WhatDoesNotVaryBecomesZero) {
  const Tensor same = full({20, 3}, 4.5);
  EXPECT_TRUE(F::sliding_window_cmn(same, 6, 3, true, true).equal(zeros({20, 3})));
}

TEST(SlidingWindowCmn, IsDifferentiable) {
  const Tensor x = rand({12, 2}, TensorOptions(kDouble).requires_grad(true));
  for (const bool center : {true, false})
    EXPECT_TRUE(autograd::gradcheck(
        [&](const std::vector<Tensor>& in) {
          return std::vector<Tensor>{F::sliding_window_cmn(in[0], 5, 3, center, true)};
        },
        {x}));
}

TEST(EditDistance, CountsWhatChanges) {
  EXPECT_EQ(F::edit_distance("kitten", "sitting"), 3);
  EXPECT_EQ(F::edit_distance("", "abc"), 3);
  EXPECT_EQ(F::edit_distance("abc", ""), 3);
  EXPECT_EQ(F::edit_distance("ab\xc3\xa9", "abe"), 1);  // a character of two bytes
  EXPECT_EQ(F::edit_distance(std::string("abc"), std::string("abc")), 0);
  using Words = std::vector<std::string>;
  EXPECT_EQ(F::edit_distance(Words{"the", "cat", "sat"}, Words{"a", "cat", "sat", "down"}), 2);
  EXPECT_EQ(F::edit_distance(std::vector<int>{1, 2, 3, 4}, std::vector<int>{2, 3, 4, 5}), 2);
}

TEST(FrechetDistance, RefusesWhatDoesNotFit) {
  EXPECT_EQ(F::frechet_distance(zeros({2}), eye(2), zeros({2}), eye(2)).item<float>(), 0);
  EXPECT_NE(error_of<ShapeError>([&] {
              F::frechet_distance(zeros({2}), eye(3), zeros({2}), eye(2));
            }).find("sigma_x [3, 3]"),
            std::string::npos);
}

}  // namespace
}  // namespace hearth::audio
