// SPDX-License-Identifier: Apache-2.0
// The steadiness, noise and resonances of synthetic vowels against Praat's. Marks are set by other
// ways to the same places: what differs between periods agrees to a fiftieth, harmonicity to 0.3
// dB, formants to 0.5 %.
#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

#include "hearth/audio/features/statistics.h"
#include "hearth/audio/features/voice.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/selection.h"
#include "hearth/ops/view.h"

#include "core/golden/runner.h"

namespace hearth::golden {
namespace {

namespace X = audio::features;

constexpr double kRate = 16000;

/// tests/golden/cases_voice.py says what this is.
Tensor vowel(Args& a) {
  const Tensor noise = a[0].contiguous();
  const auto* x = noise.const_data_ptr<double>();
  const int64_t n = noise.size(0);
  Tensor out = zeros({n}, kDouble);
  auto* y = out.data_ptr<double>();
  double time = 0.01;
  for (int64_t k = 0; time < static_cast<double>(n) / kRate - 0.01; ++k) {
    const double at = time * kRate, first = std::floor(at);
    const double amplitude = 1 + a.f("shimmer") * x[2 * k];
    y[static_cast<int64_t>(first)] += amplitude * (first + 1 - at);
    y[static_cast<int64_t>(first) + 1] += amplitude * (at - first);
    time += (1 + a.f("jitter") * x[2 * k + 1]) / a.f("f0");
  }
  const std::vector<double> formants = a.floats("formants"), bandwidths = a.floats("bandwidths");
  for (size_t f = 0; f < formants.size(); ++f) {
    const double r = std::exp(-std::numbers::pi * bandwidths[f] / kRate);
    const double c = 2 * r * std::cos(2 * std::numbers::pi * formants[f] / kRate);
    double before = 0, earlier = 0;
    for (int64_t i = 0; i < n; ++i) {
      y[i] = (1 - c + r * r) * y[i] + c * before - r * r * earlier;
      earlier = before;
      before = y[i];
    }
  }
  return out / out.abs().max() * 0.7 + a.f("noise") * noise;
}

Outputs compare(Args& a) {
  const Tensor signal = vowel(a);
  const std::vector<double> praat = a.floats("praat");
  const std::vector<double> marks = X::pitch_marks(signal, X::VoiceOptions(kRate));
  const X::Jitter j = X::jitter(marks);
  const X::Shimmer s = X::shimmer(signal, kRate, marks);
  // Within a fiftieth, and what is left where there is none.
  const auto near = [](double got, double want, double least, const char* what) {
    EXPECT_NEAR(got, want, 0.02 * want + least) << what;
  };
  near(j.local, praat[0], 0.00005, "jitter");
  near(j.rap, praat[1], 0.00005, "rap");
  near(j.ppq5, praat[2], 0.00005, "ppq5");
  near(s.local, praat[3], 0.0005, "shimmer");
  near(s.db, praat[4], 0.005, "shimmer in dB");
  near(s.apq3, praat[5], 0.0005, "apq3");
  near(s.apq5, praat[6], 0.0005, "apq5");
  const Tensor ratios = X::harmonicity(signal, X::VoiceOptions(kRate));
  EXPECT_NEAR(ratios.nanmedian().item<double>(), praat[7], 0.3) << "harmonicity in dB";
  const Tensor hz = X::formants(signal, X::FormantOptions(kRate)).frequency.slice(1, 16, -16);
  for (int64_t f = 0; f < 3; ++f) {
    const double want = praat[static_cast<size_t>(8 + f)];
    EXPECT_NEAR(hz[f].nanmedian().item<double>(), want, 0.005 * want) << "formant " << f + 1;
  }
  return {};
}

const Table kTable = {{"voice", compare}};

HEARTH_GOLDEN_FAMILY(GoldenVoice, "voice", kTable);

}  // namespace
}  // namespace hearth::golden
