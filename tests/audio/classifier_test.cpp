// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/classification/classifier.h"

#include <array>
#include <cmath>
#include <numbers>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/audio/from_pretrained.h"
#include "hearth/base/generator.h"
#include "hearth/io/safetensors.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/predicates.h"
#include "hearth/ops/random.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

#include "error_of.h"
#include "temporary.h"

namespace hearth::audio {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr int64_t kRate = 8000, kSamples = 4000;

ClassifierSpec spec(const std::string& model = "cnn") {
  ClassifierSpec s;
  s.model = model;
  s.classes = {"low", "middle", "high"};
  s.dataset = "tones";
  s.samples = kSamples;
  s.front_end.sample_rate = kRate;
  s.front_end.n_fft = s.front_end.win_length = 256;
  s.front_end.hop_length = 128;
  return s;
}

/// Tones around 300, 900 and 2,500 Hz, in noise.
struct Tones {
  explicit Tones(int64_t n) : clips(empty({n, kSamples})), targets(empty({n}, kLong)) {
    Tensor loudness = rand({n}), pitch = rand({n}), noise = randn({n, kSamples}) * 0.01;
    for (int64_t i = 0; i < n; ++i) {
      const double hz = std::array{300.0, 900.0, 2500.0}[static_cast<size_t>(i % 3)] *
                        (0.8 + 0.4 * pitch[i].item<double>());
      const Tensor t = arange(kSamples, kDouble) / kRate;
      clips.select(0, i).copy_((t * (2 * std::numbers::pi * hz)).sin() *
                               (0.02 + 0.3 * loudness[i].item<double>()));
      targets[i] = i % 3;
    }
    clips += noise;
  }
  Tensor clips, targets;
};

TrainerOptions quick() {
  return TrainerOptions().epochs(4).batch_size(12).lr(3e-3).loop(
      train::TrainerOptions().enable_progress_bar(false));
}

TEST(FrontEnd, MakesNormalizedLogMels) {
  ClassifierSpec s = spec();
  const Tensor clips = randn({6, kSamples});
  EXPECT_EQ(FrontEnd(s.front_end).shape(kSamples).frames, 32);
  EXPECT_EQ(FrontEnd(s.front_end)(clips).sizes(), IntArrayRef({6, 1, 40, 32}));
  set_normalization(s, clips);
  const Tensor x = FrontEnd(s.front_end)(clips);
  EXPECT_NEAR(x.mean().item<double>(), 0, 1e-4);
  EXPECT_NEAR(x.std(false).item<double>(), 1, 1e-4);
  // Silence has a logarithm too, and no deviation.
  set_normalization(s, zeros({2, kSamples}));
  EXPECT_NEAR(s.front_end.mean, std::log(1e-6), 1e-5);
  EXPECT_EQ(s.front_end.stddev, 1);
  // With one band, samples stay samples.
  FrontEndOptions plain;
  plain.n_mels = 1;
  plain.stddev = 2;
  EXPECT_TRUE(allclose(FrontEnd(plain)(clips), (clips / 2).unsqueeze(1)));
}

TEST(FrontEnd, SaysWhatIsWrong) {
  const auto wrong = [](const auto& change) {
    FrontEndOptions o;
    change(o);
    return error_of<ValueError>([&] { FrontEnd{o}; });
  };
  EXPECT_THAT(wrong([](auto& o) { o.win_length = 1000; }), HasSubstr("win_length up to n_fft"));
  EXPECT_THAT(wrong([](auto& o) { o.hop_length = 0; }), HasSubstr("positive"));
  EXPECT_THAT(wrong([](auto& o) { o.f_max = 9000; }), HasSubstr("0 to 8000 Hz, got 20 to 9000"));
  EXPECT_THAT(wrong([](auto& o) { o.stddev = 0; }), HasSubstr("above 0"));
  EXPECT_THAT(error_of<ValueError>([] { FrontEnd().shape(256); }), HasSubstr("too short"));
  EXPECT_THROW(FrontEnd()(zeros({4000})), ShapeError);
  EXPECT_THROW(FrontEnd()(zeros({1, 4000}, kLong)), ShapeError);
}

TEST(Clips, HoldTheLoudestPart) {
  const Tensor sound = arange(1, 6, kFloat);  // 1 2 3 4 5
  EXPECT_TRUE(equal(clip(sound, 5), sound));
  EXPECT_TRUE(equal(clip(sound, 2), tensor({4.f, 5.f})));
  EXPECT_TRUE(equal(clip(sound, 8), tensor({0.f, 1.f, 2.f, 3.f, 4.f, 5.f, 0.f, 0.f})));
  EXPECT_TRUE(equal(clip(zeros({0}), 3), zeros({3})));
  EXPECT_TRUE(equal(clip(zeros({10}), 3), zeros({3})));
  EXPECT_TRUE(equal(windows(sound, 2, 2), tensor({{1.f, 2.f}, {3.f, 4.f}, {4.f, 5.f}})));
  EXPECT_TRUE(
      equal(windows(sound, 3, 1), tensor({{1.f, 2.f, 3.f}, {2.f, 3.f, 4.f}, {3.f, 4.f, 5.f}})));
  EXPECT_TRUE(equal(windows(sound, 7, 2), clip(sound, 7).unsqueeze(0)));
  EXPECT_EQ(windows(zeros({0}), 3, 1).sizes(), IntArrayRef({1, 3}));
  EXPECT_THROW(clip(zeros({2, 3}), 3), ShapeError);
  EXPECT_THROW(windows(sound, 3, 0), ValueError);
}

TEST(Clips, MixChannelsAndResample) {
  const Tensor stereo = tensor({{1.f, 2.f, 3.f}, {3.f, 2.f, 1.f}});
  EXPECT_TRUE(equal(mono(stereo, 8000, 8000), tensor({2.f, 2.f, 2.f})));
  EXPECT_EQ(mono(zeros({2, 16000}), 16000, 8000).sizes(), IntArrayRef({8000}));
  EXPECT_EQ(mono(zeros({2, 0}), 16000, 8000).sizes(), IntArrayRef({0}));
  EXPECT_THROW(mono(zeros({3}), 8000, 8000), ShapeError);
  EXPECT_EQ(mono(Audio{zeros({1024, 160}), 16000}, 8000, "x.wav").sizes(), IntArrayRef({80}));
  for (const Tensor& bad : {zeros({1, 0}), full({2, 5}, NAN), full({1, 5}, INFINITY)})
    EXPECT_THAT(error_of<FormatError>([&] {
                  mono(Audio{bad, 8000}, 8000, "x.wav");
                }),
                HasSubstr("[x.wav] h"));
}

TEST(Augmentation, FollowsFromSeedAndNumber) {
  manual_seed(2);
  const Tensor clips = randn({3, kSamples}) * 0.1;
  const Augmentation all{
      .shift = 0.05, .speed = 0.1, .gain = 6, .room = 1, .noise = 1, .bandwidth = 1};
  const Tensor some = augment(clips, kRate, all, 5, {0, 1, 2});
  EXPECT_EQ(some.sizes(), clips.sizes());
  EXPECT_TRUE(isfinite(some).all().item<bool>());
  // Each clip alone, in whatever batch.
  const Tensor one = augment(clips.narrow(0, 1, 1), kRate, all, 5, {1});
  EXPECT_TRUE(allclose(one, some.narrow(0, 1, 1), 1e-5, 1e-6));
  EXPECT_FALSE(allclose(augment(clips, kRate, all, 6, {0, 1, 2}), some));
  EXPECT_TRUE(allclose(augment(clips, kRate, {}, 5, {0, 1, 2}), clips));
  EXPECT_EQ(augment(zeros({0, kSamples}), kRate, all, 1, {}).size(0), 0);
}

TEST(Augmentation, DoesWhatItsNamesSay) {
  manual_seed(3);
  const int64_t n = 40;
  std::vector<size_t> numbers(static_cast<size_t>(n));
  for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = i;
  const Tensor t = arange(kSamples, kDouble) / kRate;
  const Tensor tone =
      (t * (2 * std::numbers::pi * 1000)).sin().to(kFloat).expand({n, kSamples}) * 0.1;
  const auto rms = [](const Tensor& x) { return x.square().mean(1).sqrt(); };
  const auto decibels = [&](const Tensor& x) { return rms(x).log10() * 20; };

  Tensor x = decibels(augment(tone, kRate, {.gain = 6}, 1, numbers)) - decibels(tone);
  EXPECT_LE(x.abs().max().item<double>(), 6.001);
  EXPECT_GT(x.max().item<double>(), 4);
  EXPECT_LT(x.min().item<double>(), -4);

  // The noise is as far below the tone as was said, and all of it is there without a tone.
  x = decibels(tone) -
      decibels(augment(tone, kRate, {.noise = 1, .snr_low = 10, .snr_high = 20}, 1, numbers) -
               tone);
  EXPECT_GE(x.min().item<double>(), 8);
  EXPECT_LE(x.max().item<double>(), 22);
  const Tensor silence = zeros({n, kSamples});
  EXPECT_GT(rms(augment(silence, kRate, {.noise = 1}, 1, numbers)).min().item<double>(), 1e-4);
  EXPECT_LT(rms(augment(silence, kRate, {.noise = 1}, 1, numbers)).max().item<double>(), 0.1);

  // Moved, and nothing else: what is inside is the tone, at the ends there is nothing.
  x = augment(ones({n, kSamples}), kRate, {.shift = 0.1}, 1, numbers);
  EXPECT_LE((x.eq(0).sum(1)).max().item<int64_t>(), 801);
  EXPECT_GE((x.eq(0).sum(1)).max().item<int64_t>(), 400);
  EXPECT_TRUE(x.select(1, kSamples / 2).eq(1).all().item<bool>());

  // A telephone lets little of 3.9 kHz through; others end between 2.5 and 4 kHz.
  const Tensor high =
      (t * (2 * std::numbers::pi * 3900)).sin().to(kFloat).expand({n, kSamples}) * 0.1;
  x = decibels(augment(high, kRate, {.bandwidth = 1}, 1, numbers)) - decibels(high);
  EXPECT_LT(x.median().item<double>(), -20);

  // An echo goes on after the sound has ended.
  Tensor click = zeros({n, kSamples});
  click.select(1, 100).fill_(1);
  x = augment(click, kRate, {.room = 1}, 1, numbers);
  EXPECT_NEAR(x.select(1, 100).mean().item<double>(), 1, 1e-3);
  EXPECT_GT(x.narrow(1, 200, 400).square().sum(1).min().item<double>(), 0);
  EXPECT_LT(x.narrow(1, 101, kSamples - 101).square().sum(1).max().item<double>(), 1.5);
  EXPECT_TRUE(x.narrow(1, 0, 100).abs().lt(1e-5).all().item<bool>());

  x = zeros({n, 1, 10, 20}) + 1;
  mask_spectra(x, {.time_masks = 1, .freq_masks = 1, .time_mask = 0.5, .freq_mask = 0.5}, 3,
               numbers);
  const Tensor masked = x.eq(0).sum(IntArrayRef{1, 2, 3});
  EXPECT_GT(masked.max().item<int64_t>(), 60);
  EXPECT_LE(masked.max().item<int64_t>(), 4 * 20 + 9 * 10);
}

TEST(Classifier, LearnsTonesAndKeepsThem) {
  manual_seed(5);
  const Tones data(120), test(60);
  const TemporaryFolder folder;
  for (const char* model : {"cnn", "bcresnet1"}) {
    ClassifierSpec s = spec(model);
    set_normalization(s, data.clips);
    Classifier classifier(s);
    ClassifierTrainer trainer(classifier, (data.clips * 32768).to(kShort), data.targets,
                              quick().epochs(model[0] == 'c' ? 4 : 8), {.shift = 0.02, .gain = 6});
    trainer.validate_on(test.clips, test.targets);
    const auto result = trainer.fit();
    const Tensor p = classifier.probabilities(test.clips, 7);
    const Evaluation e = evaluate(p, test.targets);
    EXPECT_GT(e.accuracy, 0.95) << model;
    EXPECT_NEAR(result.metrics.at("val_accuracy"), e.accuracy, 1e-6);
    EXPECT_EQ(classifier.embed(test.clips).size(0), 60);

    classifier.save(folder / "model.safetensors");
    const Classifier again = Classifier::load(folder / "model.safetensors");
    EXPECT_TRUE(equal(again.probabilities(test.clips, 7), p));
    EXPECT_EQ(again.spec().classes, s.classes);
    EXPECT_EQ(again.spec().front_end.mean, s.front_end.mean);
    save_pretrained(classifier, folder / "published");
    for (const char* what : {"published", "published/model.safetensors", "published/config.json"})
      EXPECT_TRUE(equal(from_pretrained(folder / what).probabilities(test.clips, 7), p)) << what;
    // Without what describes it, config.json does.
    const TensorFile file(folder / "model.safetensors");
    safetensors::NamedTensors bare;
    for (const std::string& key : file.keys()) bare.emplace_back(key, file.tensor(key).clone());
    safetensors::save_file(bare, folder / "published/model.safetensors");
    EXPECT_TRUE(equal(from_pretrained(folder / "published").probabilities(test.clips, 7), p));
  }
}

TEST(Classifier, GoesOnExactlyWhereItWas) {
  const auto fresh = [] {
    manual_seed(7);
    return Classifier(spec());
  };
  manual_seed(6);
  const Tones data(50);
  const TemporaryFolder folder;
  const Augmentation how = kUsualAugmentation;
  Classifier whole = fresh();
  ClassifierTrainer(whole, data.clips, data.targets, quick(), how).fit();
  Classifier parts = fresh();
  auto options = quick();
  options.loop().max_steps(7).default_root_dir(folder.path);
  const auto first = ClassifierTrainer(parts, data.clips, data.targets, options, how).fit();
  ASSERT_FALSE(first.checkpoint.empty());
  manual_seed(99);
  Classifier rest(spec());
  ClassifierTrainer(rest, data.clips, data.targets, quick().workers(2), how).fit(first.checkpoint);
  for (const auto& p : whole.model().named_parameters())
    EXPECT_TRUE(equal(p.value(), rest.model().named_parameters()[p.key()])) << p.key();
  // Another training is refused.
  Classifier other(spec());
  EXPECT_THAT(
      error_of<FormatError>([&] {
        ClassifierTrainer(other, data.clips, data.targets, quick(), {}).fit(first.checkpoint);
      }),
      HasSubstr("another training"));
}

TEST(Classifier, TakesNoClipsAndRefusesOthers) {
  manual_seed(1);
  const Classifier classifier(spec());
  EXPECT_EQ(classifier.probabilities(zeros({0, kSamples})).sizes(), IntArrayRef({0, 3}));
  EXPECT_EQ(classifier.embed(zeros({0, kSamples})).sizes(), IntArrayRef({0, 256}));
  EXPECT_THAT(error_of<ShapeError>([&] {
                classifier.probabilities(zeros({2, 100}));
              }),
              HasSubstr("[N, 4000], got float32 [2, 100]"));
  EXPECT_THROW(classifier.probabilities(zeros({2, kSamples}), 0), ValueError);
  ClassifierSpec wrong = spec("m5");
  EXPECT_THROW(Classifier{wrong}, ValueError);  // takes samples
  wrong.front_end.n_mels = 1;
  EXPECT_THROW(Classifier{wrong}, ValueError);  // more of them
  wrong.samples = 8000;
  EXPECT_EQ(Classifier(wrong).probabilities(zeros({1, 8000})).sizes(), IntArrayRef({1, 3}));
  Classifier trained(spec());
  EXPECT_THROW(ClassifierTrainer(trained, zeros({2, kSamples}), zeros({3}, kLong), quick()),
               ShapeError);
}

TEST(Classifier, DoesNotBelieveDamagedFiles) {
  manual_seed(1);
  const TemporaryFolder folder;
  const std::string path = folder / "model.safetensors";
  Classifier(spec()).save(path);
  const TensorFile good(path);
  const auto refusal = [&](const std::string& key, const std::string& value) {
    safetensors::NamedTensors tensors;
    for (const std::string& name : good.keys()) tensors.emplace_back(name, good.tensor(name));
    auto metadata = good.metadata();
    metadata[key] = value;
    if (value == "-") metadata.erase(key);
    safetensors::save_file(tensors, folder / "damaged.safetensors", metadata);
    return error_of<FormatError>([&] { Classifier::load(folder / "damaged.safetensors"); });
  };
  EXPECT_THAT(refusal("classes", "-"),
              AllOf(HasSubstr("damaged.safetensors"), HasSubstr("'classes'")));
  EXPECT_THAT(refusal("samples", "1e30"), HasSubstr("'samples' is 1e30, expected 1 to"));
  EXPECT_THAT(refusal("stddev", "nan"), HasSubstr("expected a number"));
  EXPECT_THAT(refusal("stddev", "-1"), HasSubstr("deviation above 0"));
  EXPECT_THAT(refusal("n_mels", "4.5"), HasSubstr("'n_mels'"));
  EXPECT_THAT(refusal("model", "vgg"), HasSubstr("there is no 'vgg'"));
  EXPECT_THAT(refusal("model", "bcresnet8"), HasSubstr("does not hold the classifier"));
  EXPECT_THAT(refusal("n_fft", "131072"), HasSubstr("too short"));
  EXPECT_THAT(refusal("n_fft", "1048576"), HasSubstr("are too many"));
  EXPECT_THAT(refusal("classes", std::string(99'998, '\n')), HasSubstr("the file"));
  EXPECT_THROW(from_pretrained(folder / "none.safetensors"), FileError);
}

}  // namespace
}  // namespace hearth::audio
