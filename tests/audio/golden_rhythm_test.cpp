// SPDX-License-Identifier: Apache-2.0
// Onsets, tempo and beats against librosa's.
#include "hearth/audio/features/rhythm.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/tensor/tensor_literal.h"

#include "core/golden/options.h"

namespace hearth::golden {
namespace {

namespace X = audio::features;

Tensor signal_of(Args& a) {
  const Tensor beat = arange(a[0].size(0), kDouble) / a.f("rate") * (a.f("bpm") / 60);
  return a[0] * exp(-8 * remainder(beat, 1)) * where(remainder(floor(beat), 4) == 0, 1.0, 0.5);
}

X::OnsetOptions onsets_of(Args& a) {
  return X::OnsetOptions(X::SpectralOptions(a.f("rate"))
                             .n_fft(a.i("n_fft", 2048))
                             .hop_length(a.i("hop", 512))
                             .center(a.b("center", true)))
      .median(a.b("median", false))
      .lag(a.i("lag", 1));
}

const Table kTable = {
    {"onset_strength",
     [](Args& a) -> Outputs { return {X::onset_strength(signal_of(a), onsets_of(a))}; }},
    {"rhythm",
     [](Args& a) -> Outputs {
       const X::OnsetOptions options = onsets_of(a);
       const double hop = static_cast<double>(a.i("hop", 512)) / a.f("rate");
       X::TempoOptions tempo;
       set_options(a, tempo);
       const Tensor signal = signal_of(a);
       const X::Beats beats = X::beat_track(signal, options.spectrum(), tempo);
       return {tensor(X::onset_detect(X::onset_strength(signal, options), hop)),
               tensor({beats.tempo}, kDouble), tensor(beats.frames)};
     }},
};

HEARTH_GOLDEN_FAMILY(GoldenRhythm, "rhythm", kTable);

}  // namespace
}  // namespace hearth::golden
