// SPDX-License-Identifier: Apache-2.0
// Filters, effects, resampling and augmentation against torchaudio's.
#include "hearth/audio/functional/effects.h"
#include "hearth/audio/functional/filtering.h"
#include "hearth/audio/functional/resample.h"
#include "hearth/audio/functional/waveform.h"
#include "hearth/audio/transforms/augment.h"
#include "hearth/audio/transforms/waveform.h"

#include "core/golden/runner.h"

namespace hearth::golden {
namespace {

namespace F = audio::functional;
namespace T = audio::transforms;

using Cutoff = Tensor (*)(const Tensor&, int64_t, const F::ScalarOrTensor&,
                          const F::ScalarOrTensor&);

template <Cutoff filter>
Outputs at_cutoff(Args& a) {
  return {filter(a[0], a.i("sample_rate"), a.f("cutoff_freq"), a.f("Q"))};
}
template <Cutoff filter>
Outputs at_centre(Args& a) {
  return {filter(a[0], a.i("sample_rate"), a.f("central_freq"), a.f("Q"))};
}

Outputs resample(Args& a) {
  const std::string method =
      a.has("resampling_method") ? a.s("resampling_method") : "sinc_interp_hann";
  const int64_t width = a.i("lowpass_filter_width", 6);
  const double rolloff = a.f("rolloff", 0.99);
  const Tensor y = F::resample(a[0], a.i("orig_freq"), a.i("new_freq"), width, rolloff, method,
                               a.maybe_f("beta"));
  return {y};
}

Outputs phase_vocoder(Args& a) { return {F::phase_vocoder(a[0], a.f("rate"), a[1])}; }

const Table kTable = {
    {"lfilter",
     [](Args& a) -> Outputs {
       return {F::lfilter(a[0], a[1], a[2], a.b("clamp"), a.b("batching"))};
     }},
    {"filtfilt", [](Args& a) -> Outputs { return {F::filtfilt(a[0], a[1], a[2], a.b("clamp"))}; }},
    {"biquad",
     [](Args& a) -> Outputs {
       return {F::biquad(a[0], a.f("b0"), a.f("b1"), a.f("b2"), a.f("a0"), a.f("a1"), a.f("a2"))};
     }},
    {"lowpass_biquad", at_cutoff<F::lowpass_biquad>},
    {"highpass_biquad", at_cutoff<F::highpass_biquad>},
    {"allpass_biquad", at_centre<F::allpass_biquad>},
    {"bandreject_biquad", at_centre<F::bandreject_biquad>},
    {"bandpass_biquad",
     [](Args& a) -> Outputs {
       return {F::bandpass_biquad(a[0], a.i("sample_rate"), a.f("central_freq"), a.f("Q"),
                                  a.b("const_skirt_gain"))};
     }},
    {"band_biquad",
     [](Args& a) -> Outputs {
       return {
           F::band_biquad(a[0], a.i("sample_rate"), a.f("central_freq"), a.f("Q"), a.b("noise"))};
     }},
    {"bass_biquad",
     [](Args& a) -> Outputs {
       return {
           F::bass_biquad(a[0], a.i("sample_rate"), a.f("gain"), a.f("central_freq"), a.f("Q"))};
     }},
    {"treble_biquad",
     [](Args& a) -> Outputs {
       return {
           F::treble_biquad(a[0], a.i("sample_rate"), a.f("gain"), a.f("central_freq"), a.f("Q"))};
     }},
    {"equalizer_biquad",
     [](Args& a) -> Outputs {
       return {F::equalizer_biquad(a[0], a.i("sample_rate"), a.f("center_freq"), a.f("gain"),
                                   a.f("Q"))};
     }},
    {"riaa_biquad", [](Args& a) -> Outputs { return {F::riaa_biquad(a[0], a.i("sample_rate"))}; }},
    {"deemph_biquad",
     [](Args& a) -> Outputs { return {F::deemph_biquad(a[0], a.i("sample_rate"))}; }},
    {"bandpass_learned",
     [](Args& a) -> Outputs { return {F::bandpass_biquad(a[0], 16000, a[1], a[2])}; }},
    {"equalizer_learned",
     [](Args& a) -> Outputs { return {F::equalizer_biquad(a[0], 16000, a[1], a[3], a[2])}; }},
    {"preemphasis", [](Args& a) -> Outputs { return {F::preemphasis(a[0], a.f("coeff"))}; }},
    {"deemphasis", [](Args& a) -> Outputs { return {F::deemphasis(a[0], a.f("coeff"))}; }},
    {"gain", [](Args& a) -> Outputs { return {F::gain(a[0], a.f("gain_db"))}; }},
    {"contrast", [](Args& a) -> Outputs { return {F::contrast(a[0], a.f("enhancement_amount"))}; }},
    {"dcshift",
     [](Args& a) -> Outputs {
       return {F::dcshift(a[0], a.f("shift"), a.maybe_f("limiter_gain"))};
     }},
    {"overdrive",
     [](Args& a) -> Outputs { return {F::overdrive(a[0], a.f("gain"), a.f("colour"))}; }},
    {"phaser",
     [](Args& a) -> Outputs {
       return {F::phaser(a[0], a.i("sample_rate"), a.f("gain_in"), a.f("gain_out"), a.f("delay_ms"),
                         a.f("decay"), a.f("mod_speed"), a.b("sinusoidal"))};
     }},
    {"flanger",
     [](Args& a) -> Outputs {
       return {F::flanger(a[0], a.i("sample_rate"), a.f("delay"), a.f("depth"), a.f("regen"),
                          a.f("width"), a.f("speed"), a.f("phase"), a.s("modulation"),
                          a.s("interpolation"))};
     }},
    {"convolve", [](Args& a) -> Outputs { return {F::convolve(a[0], a[1], a.s("mode"))}; }},
    {"fftconvolve", [](Args& a) -> Outputs { return {F::fftconvolve(a[0], a[1], a.s("mode"))}; }},
    {"add_noise",
     [](Args& a) -> Outputs {
       return {F::add_noise(a[0], a[1], a[2], a.size() > 3 ? a[3] : Tensor())};
     }},
    {"mu_law_encoding",
     [](Args& a) -> Outputs { return {F::mu_law_encoding(a[0], a.i("quantization_channels"))}; }},
    {"mu_law_decoding",
     [](Args& a) -> Outputs { return {F::mu_law_decoding(a[0], a.i("quantization_channels"))}; }},
    {"resample", resample},
    {"speed",
     [](Args& a) -> Outputs {
       const auto [y, lengths] = F::speed(a[0], a.i("orig_freq"), a.f("factor"), a[1]);
       if (lengths.defined()) return {y, lengths};
       return {y};
     }},
    {"phase_vocoder", phase_vocoder},
    {"pitch_shift",
     [](Args& a) -> Outputs {
       return {F::pitch_shift(a[0], a.i("sample_rate"), a.f("n_steps"), a.i("bins_per_octave"),
                              a.i("n_fft"))};
     }},
    {"T.Fade",
     [](Args& a) -> Outputs {
       return {T::Fade(T::FadeOptions()
                           .fade_in_len(a.i("fade_in_len"))
                           .fade_out_len(a.i("fade_out_len"))
                           .fade_shape(a.s("fade_shape")))(a[0])};
     }},
    {"T.Vol",
     [](Args& a) -> Outputs {
       return {T::Vol(T::VolOptions(a.f("gain")).gain_type(a.s("gain_type")))(a[0])};
     }},
    {"T.TimeStretch",
     [](Args& a) -> Outputs {
       return {T::TimeStretch(T::TimeStretchOptions()
                                  .hop_length(a.maybe_i("hop_length"))
                                  .n_freq(a.i("n_freq"))
                                  .fixed_rate(a.maybe_f("fixed_rate")))(a[0])};
     }},
};

HEARTH_GOLDEN_FAMILY(GoldenWaveforms, "waveforms", kTable);

}  // namespace
}  // namespace hearth::golden
