// SPDX-License-Identifier: Apache-2.0
// Features against librosa's and scipy's.
#include "hearth/audio/features/chroma.h"
#include "hearth/audio/features/cqt.h"
#include "hearth/audio/features/frames.h"
#include "hearth/audio/features/pitch.h"
#include "hearth/audio/features/spectral.h"
#include "hearth/audio/features/statistics.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

#include "audio/signals.h"
#include "core/golden/options.h"

namespace hearth::golden {
namespace {

namespace X = audio::features;

X::FrameOptions frames_of(Args& a, const char* pad_mode) {
  return X::FrameOptions()
      .frame_length(a.i("frame"))
      .hop_length(a.i("hop"))
      .center(a.b("center", true))
      .pad_mode(pad_mode);
}

Tensor signal_of(Args& a) {
  return a.has("f0") && a.f("f0") > 0 ? audio::tones(a[0], a.f("rate"), a.f("f0")) : a[0];
}

X::SpectralOptions spectrum_of(Args& a) {
  return X::SpectralOptions(a.f("rate"))
      .n_fft(a.i("n_fft", 2048))
      .hop_length(a.i("hop", 512))
      .win_length(a.maybe_i("win"))
      .center(a.b("center", true));
}

X::Magnitudes magnitudes(Args& a) { return {signal_of(a), spectrum_of(a)}; }

X::YinOptions yin_of(Args& a) {
  X::YinOptions options(a.f("rate"));
  set_options(a, options);
  return options;
}

const Table kTable = {
    {"zero_crossing_rate",
     [](Args& a) -> Outputs { return {X::zero_crossing_rate(a[0], frames_of(a, "replicate"))}; }},
    {"rms",
     [](Args& a) -> Outputs {
       return {X::rms(
           a[0], frames_of(a, a.test_case().attributes.count("center") ? "constant" : "reflect"))};
     }},
    {"spectral_centroid", [](Args& a) -> Outputs { return {X::spectral_centroid(magnitudes(a))}; }},
    {"spectral_bandwidth",
     [](Args& a) -> Outputs {
       return {X::spectral_bandwidth(magnitudes(a), a.maybe_f("p").value_or(2))};
     }},
    {"spectral_rolloff",
     [](Args& a) -> Outputs {
       return {X::spectral_rolloff(magnitudes(a), a.maybe_f("roll_percent").value_or(0.85))};
     }},
    {"spectral_flatness",
     [](Args& a) -> Outputs {
       return {X::spectral_flatness(magnitudes(a), a.maybe_f("power").value_or(2))};
     }},
    {"spectral_contrast",
     [](Args& a) -> Outputs {
       X::ContrastOptions options;
       set_options(a, options);
       return {X::spectral_contrast(magnitudes(a), options)};
     }},
    {"chroma_fbanks",
     [](Args& a) -> Outputs {
       X::ChromaBankOptions options;
       set_options(a, options);
       return {X::chroma_fbanks(a.f("rate"), a.i("n_fft"), options, kDouble).slice(1, 0, 120)};
     }},
    {"estimate_tuning",
     [](Args& a) -> Outputs {
       X::Magnitudes power = magnitudes(a);
       power.values = power.values.square();
       return {tensor({X::estimate_tuning(power, 0.01, a.i("bins", 12))}, kDouble)};
     }},
    {"chroma_stft",
     [](Args& a) -> Outputs {
       auto options = X::ChromaOptions(spectrum_of(a))
                          .n_chroma(a.i("n_chroma", 12))
                          .tuning(a.maybe_f("tuning"));
       if (a.has("norm")) options.norm(a.f("norm"));
       return {X::chroma_stft(signal_of(a), options)};
     }},
    {"cqt",
     [](Args& a) -> Outputs {
       X::CqtOptions options(a.f("rate"));
       set_options(a, options);
       return {X::cqt(signal_of(a), options)};
     }},
    {"yin", [](Args& a) -> Outputs { return {X::yin(signal_of(a), yin_of(a))}; }},
    {"pyin",
     [](Args& a) -> Outputs {
       X::PyinOptions options(yin_of(a));
       for_each_arg(
           [&](const char* name, auto& value) {
             if constexpr (!std::is_same_v<std::decay_t<decltype(value)>, X::YinOptions>)
               if (a.test_case().attributes.count(name)) detail::set(a, name, value);
           },
           options);
       if (a.has("beta")) options.beta_a(a.floats("beta")[0]).beta_b(a.floats("beta")[1]);
       const Tensor signal = a.f("f0") > 0 ? signal_of(a) : a[0].clone();
       const int64_t quiet = a.i("quiet", 0);
       signal.slice(-1, 0, quiet).copy_(a[0].slice(-1, 0, quiet));
       const X::Pyin p = X::pyin(signal, options);
       return {p.f0, p.voiced_flag, p.voiced_prob};
     }},
    {"statistics",
     [](Args& a) -> Outputs {
       const auto options = X::StatisticsOptions().percentiles(a.floats("percentiles"));
       if (!a.has("lengths")) return {X::statistics(a[0], options)};
       return {X::statistics(a[0], tensor(a.ints("lengths")), options)};
     }},
};

HEARTH_GOLDEN_FAMILY(GoldenFeatures, "features", kTable);

}  // namespace
}  // namespace hearth::golden
