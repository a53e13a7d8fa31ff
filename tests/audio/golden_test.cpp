// SPDX-License-Identifier: Apache-2.0
// Filter banks against torchaudio's and librosa's.
#include "hearth/audio/functional/filterbanks.h"
#include "hearth/ops/linalg.h"

#include "core/golden/runner.h"

namespace hearth::golden {
namespace {

namespace F = audio::functional;

Outputs mel(Args& a) {
  const auto norm = a.s("norm") == "slaney" ? F::FilterNorm::Slaney : F::FilterNorm::None;
  return {
      matmul(a[0], F::melscale_fbanks(a.i("n_freqs"), a.f("f_min"), a.f("f_max"), a.i("n_mels"),
                                      a.i("sample_rate"), norm, F::mel_scale_of(a.s("mel_scale")),
                                      a.b("double") ? kDouble : kFloat))};
}

const Table kTable = {
    {"melscale_fbanks", mel},
    {"linear_fbanks",
     [](Args& a) -> Outputs {
       return {matmul(a[0], F::linear_fbanks(a.i("n_freqs"), a.f("f_min"), a.f("f_max"),
                                             a.i("n_filter"), a.i("sample_rate")))};
     }},
    {"create_dct",
     [](Args& a) -> Outputs {
       return {F::create_dct(a.i("n_mfcc"), a.i("n_mels"),
                             a.b("ortho") ? F::DctNorm::Ortho : F::DctNorm::None)};
     }},
};

HEARTH_GOLDEN_FAMILY(GoldenFilterbanks, "filterbanks", kTable);

}  // namespace
}  // namespace hearth::golden
