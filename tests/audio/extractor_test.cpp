// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/features/extractor.h"

#include <gtest/gtest.h>

#include "hearth/audio/features/online.h"
#include "hearth/audio/transforms/features.h"
#include "hearth/autograd/gradcheck.h"
#include "hearth/nn/modules/linear.h"
#include "hearth/nn/modules/sequential.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/random.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

#include "error_of.h"

namespace hearth::audio::features {
namespace {

Tensor noise(int64_t n, uint64_t seed = 1) {
  Generator generator(seed);
  return empty({n}).normal_(0, 0.1, generator);
}

/// Small features, so that differences and many lengths are quick.
FeatureConfig small() {
  return FeatureConfig()
      .sample_rate(8000)
      .frame_length(20)
      .frame_shift(8)
      .n_fft(32)
      .num_bands(5)
      .scale(100);
}

std::vector<FeatureConfig> frame_local() {
  std::vector<FeatureConfig> all;
  for (const std::string& name : preset_names())
    if (!preset(name).needs_whole_signal()) all.push_back(preset(name));
  for (const char* frames : {"inside", "mirror", "reflect", "zeros", "between"}) {
    all.push_back(small().frames(frames).preemphasis(0.9).remove_dc_offset(true).use_energy(true));
    all.push_back(small().frames(frames).drop_last_frame(true).dither(0.3).seed(5));
    all.push_back(small().frames(frames).preemphasis(0.9).preemphasis_of("signal").num_ceps(3));
    all.push_back(small().frames(frames).bands("none").power(1).frame_length(9).n_fft(11));
  }
  return all;
}

TEST(Extractor, HasAsManyFramesAndNumbersAsItSays) {
  for (const FeatureConfig& c : frame_local()) {
    const Extractor extractor(c);
    EXPECT_EQ(static_cast<int64_t>(c.names().size()), c.dims());
    const int64_t longest = c.frame_length() > 100 ? 1200 : 90;
    for (int64_t n = 0; n < longest; n += n < 25 ? 1 : 13) {
      const Tensor x = extractor(noise(n));
      EXPECT_EQ(x.sizes(), (std::vector<int64_t>{c.num_frames(n), c.dims()})) << c.to_json() << n;
      EXPECT_TRUE(x.isfinite().all().item<bool>());
    }
  }
}

TEST(Extractor, CountsFramesAsItsModelsDo) {
  // Kaldi: 1 + (n - W) / S whole ones; one for every shift that a middle falls in.
  EXPECT_EQ(preset("kaldi-fbank80").num_frames(399), 0);
  EXPECT_EQ(preset("kaldi-fbank80").num_frames(400), 1);
  EXPECT_EQ(preset("kaldi-fbank80").num_frames(16000), 98);
  EXPECT_EQ(preset("kaldi-fbank80").frames("mirror").num_frames(16000), 100);
  EXPECT_EQ(preset("kaldi-fbank80").frames("mirror").num_frames(79), 0);
  EXPECT_EQ(preset("kaldi-fbank80").frames("mirror").num_frames(80), 1);
  EXPECT_EQ(preset("whisper").num_frames(480000), 3000);
  EXPECT_EQ(preset("torchaudio").num_frames(16000), 81);
  EXPECT_EQ(preset("hifigan").num_frames(22050), 86);
}

TEST(Extractor, TreatsEachSignalOfABatchAsIfAlone) {
  for (const char* name : {"kaldi-fbank80", "whisper", "nemo"}) {
    const Extractor extractor(preset(name));
    const Tensor waves = stack({noise(4000, 1), noise(4000, 2), noise(4000, 3)});
    const Tensor lengths = tensor({4000, 100, 2500}, kLong);
    const auto [frames, counts] = extractor(waves, lengths);
    for (int64_t i = 0; i < 3; ++i) {
      const int64_t n = lengths[i].item<int64_t>(), count = extractor.config().num_frames(n);
      EXPECT_EQ(counts[i].item<int64_t>(), count);
      const Tensor alone = extractor(waves[i].slice(0, 0, n));
      EXPECT_TRUE(frames[i].slice(0, 0, count).equal(alone)) << name;
      EXPECT_EQ(frames[i].slice(0, count).abs().sum().item<float>(), 0);
    }
    const Tensor both = extractor(waves.slice(0, 0, 2).unsqueeze(1));
    EXPECT_EQ(both.sizes().slice(0, 2), (std::vector<int64_t>{2, 1}));
    EXPECT_TRUE(both[1][0].allclose(extractor(waves[1]), 1e-5, 1e-5)) << name;
  }
}

TEST(Extractor, LeadsGradientsToTheSignal) {
  for (FeatureConfig c :
       {small().use_energy(true).preemphasis(0.9).remove_dc_offset(true).num_ceps(4).lifter(10),
        small().frames("reflect").range(3), small().frames("zeros").normalize("meanvar"),
        small().preemphasis(0.9).preemphasis_of("signal").normalize("mean").log("db")}) {
    const Extractor extractor(c);
    const auto function = [&](const autograd::variable_list& in) -> autograd::variable_list {
      return {extractor(in[0])};
    };
    const Tensor x = noise(60).to(kDouble).requires_grad_();
    EXPECT_TRUE(autograd::gradcheck(function, {x}, {.atol = 1e-4})) << c.to_json();
  }
}

TEST(Extractor, NormalizesInPiecesAsAtOnce) {
  for (FeatureConfig c : {preset("whisper"), preset("nemo"), small().normalize("mean"),
                          small().normalize("cmvn"), small().range(2).num_ceps(3).use_energy(true),
                          small().bands("none").range(2).use_energy(true)}) {
    const Extractor extractor(c);
    const Tensor x = noise(5000), whole = extractor(x), signal = extractor.prepare(x);
    const int64_t n = c.num_frames(5000);
    const Tensor raw = extractor.frames(signal, 0, 0, n);
    Summary summary;
    for (int64_t i = 0; i < n; i += 7)
      extractor.observe(raw.slice(0, i, std::min(i + 7, n)), summary);
    EXPECT_TRUE(extractor.finish(raw, summary).allclose(whole, 1e-5, 2e-5)) << c.to_json();
  }
}

TEST(Extractor, NormalizesEachNumber) {
  const Tensor x = Extractor(small().normalize("cmvn"))(noise(3000));
  EXPECT_TRUE(x.mean(0).allclose(zeros({5}), 0, 1e-4));
  EXPECT_TRUE(x.square().mean(0).allclose(ones({5}), 1e-4));
  // A single frame has no deviation.
  const Tensor one = Extractor(small().normalize("cmvn"))(noise(20));
  EXPECT_TRUE(one.equal(zeros({1, 5})));
}

TEST(Extractor, RefusesWhatMakesNoSense) {
  const std::string choice = error_of<ValueError>([] { Extractor(FeatureConfig().window("han")); });
  EXPECT_NE(choice.find("window is \"han\"; expected one of hann, hamming"), std::string::npos);
  EXPECT_THROW(Extractor(small().n_fft(10)), ValueError);
  EXPECT_THROW(Extractor(small().frame_shift(0)), ValueError);
  EXPECT_THROW(Extractor(small().num_bands(0)), ValueError);
  EXPECT_THROW(Extractor(small().num_ceps(6)), ValueError);
  EXPECT_THROW(Extractor(small().high_freq(5000)), ValueError);
  EXPECT_THROW(Extractor(small().low_freq(4000)), ValueError);
  EXPECT_THROW(Extractor(small().range(3).normalize("mean")), ValueError);
  EXPECT_THROW(Extractor(small().dither(-1)), ValueError);
  EXPECT_THROW(Extractor(small().divide(0)), ValueError);
  EXPECT_THROW(Extractor(small().vtln_warp(1.1)), ValueError);
  const std::string type = error_of<DtypeError>([] { Extractor{small()}(ones({100}, kShort)); });
  EXPECT_NE(type.find("32768"), std::string::npos) << type;
}

TEST(FeatureConfig, IsReadAsItIsWritten) {
  for (const FeatureConfig& c : frame_local())
    EXPECT_EQ(FeatureConfig::from_json(c.to_json()).to_json(), c.to_json());
  const auto c = FeatureConfig::from_json(R"({"num_bands": 40, "low_freq": 20})", preset("nemo"));
  EXPECT_EQ(c.num_bands(), 40);
  EXPECT_EQ(c.low_freq(), 20);
  EXPECT_EQ(c.normalize(), "meanvar");
  const auto error = [](const char* json) {
    return error_of<FormatError>([&] { FeatureConfig::from_json(json); });
  };
  EXPECT_NE(error("{\"num_mels\": 3}").find("no option \"num_mels\"; there are sample_rate"),
            std::string::npos);
  EXPECT_NE(error("{\"num_bands\": 3.5}").find("expected a whole number"), std::string::npos);
  EXPECT_NE(error("{\"log\": 1}").find("expected a string"), std::string::npos);
  EXPECT_NE(error("[1]").find("JSON object"), std::string::npos);
  EXPECT_NE(error("{").find("no JSON"), std::string::npos);
}

TEST(OnlineExtractor, GivesTheSameBitsHoweverASignalIsCut) {
  for (const FeatureConfig& c : frame_local()) {
    const int64_t longest = c.frame_length() > 100 ? 4001 : 157;
    for (const int64_t n : {longest, c.frame_length() / 2, int64_t{1}}) {
      const Tensor x = noise(n);
      const Tensor whole = Extractor(c)(x);
      for (const int64_t cut : {int64_t{1}, int64_t{7}, c.frame_shift(), int64_t{1000}}) {
        if (n / cut > 600) continue;
        OnlineExtractor online(c);
        for (int64_t i = 0; i < n; i += cut) {
          online.accept_waveform(static_cast<double>(c.sample_rate()),
                                 x.slice(0, i, std::min(n, i + cut)));
          EXPECT_EQ(online.num_frames_ready(), c.num_frames_ready(std::min(n, i + cut)));
        }
        online.input_finished();
        ASSERT_EQ(online.num_frames_ready(), whole.size(0)) << c.to_json() << n;
        ASSERT_TRUE(online.get_frames(0, whole.size(0)).equal(whole)) << c.to_json() << cut;
        if (whole.size(0) > 0) {
          EXPECT_TRUE(online.is_last_frame(whole.size(0) - 1));
          EXPECT_TRUE(online.get_frame(0).equal(whole[0]));
        }
      }
    }
  }
}

TEST(OnlineExtractor, ForgetsWhatIsPopped) {
  OnlineExtractor online(small());
  const Tensor x = noise(400), whole = Extractor(small())(x);
  for (int64_t i = 0; i < 400; i += 40) {
    online.accept_waveform(8000, x.slice(0, i, i + 40));
    const int64_t ready = online.num_frames_ready();
    if (ready > 3) {
      online.pop(2);
      EXPECT_TRUE(online.get_frame(ready - 1).equal(whole[ready - 1]));
    }
  }
  EXPECT_THROW(online.get_frame(0), IndexError);
  EXPECT_THROW(online.get_frame(online.num_frames_ready()), IndexError);
  online.pop(1000);
  EXPECT_THROW(online.get_frame(online.num_frames_ready() - 1), IndexError);
  EXPECT_EQ(online.get_frames(online.num_frames_ready(), 0).size(0), 0);
}

TEST(OnlineExtractor, SaysWhatItCannotDo) {
  const std::string whole = error_of<ValueError>([] { OnlineExtractor(preset("whisper")); });
  EXPECT_NE(whole.find("need the whole signal"), std::string::npos) << whole;
  OnlineExtractor online(small());
  EXPECT_THROW(online.accept_waveform(16000, noise(10)), ValueError);
  EXPECT_THROW(online.accept_waveform(8000, noise(10).unsqueeze(0)), ShapeError);
  online.input_finished();
  EXPECT_THROW(online.accept_waveform(8000, noise(10)), ValueError);
  EXPECT_EQ(online.num_frames_ready(), 0);
}

TEST(Features, BeginAModel) {
  nn::Sequential net(transforms::Features(small()), nn::Linear(5, 2));
  const Tensor x = noise(100).requires_grad_();
  net->forward(x).sum().backward();
  EXPECT_EQ(x.grad().sizes(), x.sizes());
  std::ostringstream out;
  out << *transforms::Features(preset("nemo"));
  EXPECT_NE(out.str().find("dims=80"), std::string::npos);
}

}  // namespace
}  // namespace hearth::audio::features
