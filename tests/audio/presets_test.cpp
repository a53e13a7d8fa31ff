// SPDX-License-Identifier: Apache-2.0
// Presets against what their originals make of a signal (tests/golden/audio_features.py).
#include <cmath>

#include <gtest/gtest.h>

#include "hearth/audio/features/extractor.h"
#include "hearth/io/npy.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"

#include "error_of.h"

namespace hearth::audio::features {
namespace {

const std::map<std::string, Tensor>& originals() {
  static const auto& all = *new auto(npy::load_npz(HEARTH_TEST_DATA_DIR "/audio/features.npz"));
  return all;
}
Tensor signal() { return originals().at("pcm").to(kFloat) / 32768; }

/// Where a band holds more than 1e-6 of what the loudest holds, its logarithm is right to 1e-4;
/// elsewhere its energy is right to 1e-9 of that.
void expect_same_energies(const Tensor& got, const Tensor& want, const std::string& what) {
  ASSERT_EQ(got.sizes(), want.sizes()) << what;
  const Tensor g = got.to(kDouble), w = want.to(kDouble);
  const Tensor loud = w > 1e-6 * w.max();
  const Tensor off = where(loud, (g / w).log().abs() / 1e-4, (g - w).abs() / (1e-9 * w.max()));
  EXPECT_LE(off.max().item<double>(), 1) << what;
}

/// Energies behind the numbers of a preset.
Tensor energies(const FeatureConfig& c, const Tensor& x) {
  Tensor y = x.to(kDouble) * c.divide() + c.subtract();
  if (c.log() == "ln") y = y.exp();
  if (c.log() == "log10") y = pow(10, y);
  return c.power() == 1 ? y.square() : y;
}

TEST(Presets, GiveTheirOriginalsEnergies) {
  for (const std::string name : {"kaldi-fbank80", "whisper", "whisper128", "torchaudio", "librosa",
                                 "hifigan", "vggish", "ast"}) {
    const FeatureConfig c = preset(name);
    expect_same_energies(energies(c, Extractor(c)(signal())), energies(c, originals().at(name)),
                         name);
  }
  auto c = preset("kaldi-fbank80")
               .num_bands(40)
               .frames("mirror")
               .window("hamming_symmetric")
               .use_energy(true)
               .raw_energy(false);
  expect_same_energies(energies(c, Extractor(c)(signal())),
                       energies(c, originals().at("fbank40-mirror")), "fbank40-mirror");
}

TEST(Presets, GiveTheirOriginalsCepstraAndNormalizedBands) {
  // Cepstra hold the logarithms of bands with next to nothing in them, which floats tell roughly.
  for (const auto& [name, mean, most] :
       {std::tuple("kaldi-mfcc", 1e-3, 2e-2), {"nemo", 2e-6, 2e-4}}) {
    const Tensor got = Extractor(preset(name))(signal()), want = originals().at(name);
    ASSERT_EQ(got.sizes(), want.sizes()) << name;
    EXPECT_LE((got - want).abs().mean().item<double>(), mean) << name;
    EXPECT_LE((got - want).abs().max().item<double>(), most) << name;
  }
}

TEST(Presets, AreListedAndDescribed) {
  for (const std::string& name : preset_names()) {
    EXPECT_NO_THROW(preset(name).check()) << name;
    EXPECT_GT(preset_summary(name).size(), 10U);
    EXPECT_TRUE(originals().count(name)) << name << " has no golden values";
  }
  const std::string error = error_of([] { preset("kaldi"); });
  EXPECT_NE(error.find("kaldi-fbank80, kaldi-mfcc, whisper"), std::string::npos) << error;
}

}  // namespace
}  // namespace hearth::audio::features
