// SPDX-License-Identifier: Apache-2.0
// Spectral transforms against torchaudio's.
#include "hearth/audio/functional/cepstral.h"
#include "hearth/audio/functional/distance.h"
#include "hearth/audio/functional/pitch.h"
#include "hearth/audio/transforms/mel.h"
#include "hearth/audio/transforms/spectral.h"
#include "hearth/audio/transforms/speech.h"
#include "hearth/ops/factory.h"
#include "hearth/ops/linalg.h"

#include "audio/signals.h"
#include "core/golden/options.h"

namespace hearth::golden {
namespace {

namespace F = audio::functional;
namespace T = audio::transforms;

/// The options of the case's names, and the window of its precision.
template <typename Options>
Options options_of(Args& a, Options options) {
  for_each_arg(
      [&](const char* name, auto& value) {
        using Value = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, T::WindowFunction>) {
          const ScalarType dtype = to_real(a[0].scalar_type());
          const std::string window = a.has("window") ? a.s("window") : "hann";
          value = [=](int64_t n) {
            return window == "hamming" ? hamming_window(n, dtype)
                   : window == "ones"  ? ones({n}, dtype)
                                       : hann_window(n, dtype);
          };
        }
        if (!a.test_case().attributes.count(name)) return;
        if constexpr (std::is_same_v<Value, F::SpecNorm>) {
          value = a.s(name) == "none" ? F::SpecNorm::None : F::spec_norm_of(a.s(name));
        } else if constexpr (std::is_same_v<Value, F::FilterNorm>) {
          value = a.s(name) == "slaney" ? F::FilterNorm::Slaney : F::FilterNorm::None;
        } else if constexpr (std::is_same_v<Value, F::MelScale>) {
          value = F::mel_scale_of(a.s(name));
        } else if constexpr (requires { detail::set(a, name, value); }) {
          detail::set(a, name, value);
        }
      },
      options);
  return options;
}

/// What the module makes of the first input, in that one's precision.
template <typename Holder>
Outputs run(Args& a, Holder module) {
  module->to(to_real(a[0].scalar_type()));
  return {module(a[0])};
}

Tensor positive_definite(const Tensor& x) {
  return matmul(x, x.t()) / 8 + eye(x.size(0), x.options().requires_grad(false));
}

const Table kTable = {
    {"spectrogram",
     [](Args& a) { return run(a, T::Spectrogram(options_of(a, T::SpectrogramOptions()))); }},
    {"inverse_spectrogram",
     [](Args& a) {
       T::InverseSpectrogram module(options_of(a, T::InverseSpectrogramOptions()));
       module->to(to_real(a[0].scalar_type()));
       return Outputs{module(a[0], a.maybe_i("length"))};
     }},
    {"griffinlim",
     [](Args& a) {
       return run(a, T::GriffinLim(options_of(a, T::GriffinLimOptions().rand_init(false))));
     }},
    {"amplitude_to_DB",
     [](Args& a) { return run(a, T::AmplitudeToDB(options_of(a, T::AmplitudeToDBOptions()))); }},
    {"DB_to_amplitude",
     [](Args& a) -> Outputs { return {F::DB_to_amplitude(a[0], a.f("ref"), a.f("power"))}; }},
    {"compute_deltas",
     [](Args& a) { return run(a, T::ComputeDeltas(options_of(a, T::ComputeDeltasOptions()))); }},
    {"sliding_window_cmn",
     [](Args& a) {
       return run(a, T::SlidingWindowCmn(options_of(a, T::SlidingWindowCmnOptions())));
     }},
    {"spectral_centroid",
     [](Args& a) {
       return run(a, T::SpectralCentroid(options_of(a, T::SpectralCentroidOptions(a.i("rate")))));
     }},
    {"MelSpectrogram",
     [](Args& a) { return run(a, T::MelSpectrogram(options_of(a, T::MelSpectrogramOptions()))); }},
    {"MFCC",
     [](Args& a) {
       return run(a, T::MFCC(T::MFCCOptions()
                                 .sample_rate(a.i("rate"))
                                 .n_mfcc(a.i("n_mfcc"))
                                 .norm(a.b("ortho", true) ? F::DctNorm::Ortho : F::DctNorm::None)
                                 .log_mels(a.b("log_mels", false))
                                 .melkwargs(options_of(a, T::MelSpectrogramOptions()))));
     }},
    {"LFCC",
     [](Args& a) {
       return run(a, T::LFCC(T::LFCCOptions()
                                 .sample_rate(a.i("rate"))
                                 .n_lfcc(a.i("n_lfcc"))
                                 .n_filter(a.i("n_filter"))
                                 .log_lf(a.b("log_lf", false))
                                 .speckwargs(options_of(a, T::SpectrogramOptions()))));
     }},
    {"InverseMelScale",
     [](Args& a) {
       return run(
           a, T::InverseMelScale(options_of(a, T::InverseMelScaleOptions(65).sample_rate(8000))));
     }},
    {"detect_pitch_frequency",
     [](Args& a) -> Outputs {
       const auto rate = a.i("rate");
       const Tensor x =
           a.f("f0") > 0 ? audio::tones(a[0], static_cast<double>(rate), a.f("f0")) : a[0];
       return {F::detect_pitch_frequency(x, rate, a.maybe_f("frame_time").value_or(1e-2),
                                         a.i("win_length", 30), a.i("freq_low", 85),
                                         a.i("freq_high", 3400))};
     }},
    {"loudness", [](Args& a) { return run(a, T::Loudness(a.i("sample_rate"))); }},
    {"frechet_distance",
     [](Args& a) -> Outputs {
       return {F::frechet_distance(a[0], positive_definite(a[1]), a[2], positive_definite(a[3]))};
     }},
};

HEARTH_GOLDEN_FAMILY(GoldenSpectral, "spectral", kTable);

}  // namespace
}  // namespace hearth::golden
