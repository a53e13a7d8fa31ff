// SPDX-License-Identifier: Apache-2.0
// Networks with weights that others trained, against what the others' programs make of the same
// sound. `make test-pretrained` brings the weights and says where they are.
#include <cstdlib>
#include <filesystem>
#include <numbers>

#include "hearth/audio/models/crepe.h"
#include "hearth/audio/models/voice_encoder.h"
#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"

#include "core/golden/runner.h"

namespace hearth::golden {
namespace {

namespace models = audio::models;

std::string weights_folder() {
  const char* folder = std::getenv("HEARTH_REAL_WEIGHTS");
  return folder ? folder : "";
}

/// The sound of cases_real_weights.py.
Tensor glide(Args& a) {
  const double seconds = a.f("seconds"), from = a.f("from_hz"), to = a.f("to_hz");
  const Tensor t = arange(a[0].size(0), kDouble) / 16000;
  const Tensor phase = 2 * std::numbers::pi * (from * t + (to - from) / (2 * seconds) * t * t);
  Tensor sound = zeros_like(t);
  for (int h = 1; h <= 8; ++h) sound += (phase * h).sin() / h;
  return (sound * 0.2).to(kFloat) + a[0] * 0.01;
}

const Table kTable = {
    {"crepe",
     [](Args& a) -> Outputs {
       namespace crepe = models::crepe;
       const NoGradGuard no_grad;
       auto model = crepe::load(TensorFile(weights_folder() + "/" + a.s("capacity") + ".pth"));
       const Tensor sound = glide(a);
       const auto decoder =
           a.s("decoder") == "viterbi" ? crepe::Decoder::Viterbi : crepe::Decoder::WeightedArgmax;
       // The pitch must not depend on how many frames the network gets at once.
       const auto [pitch, periodicity] = crepe::predict(
           model, sound.unsqueeze(0), crepe::PredictOptions().decoder(decoder).batch_size(16));
       return {model(crepe::preprocess(sound)).sum(1), pitch, periodicity};
     }},
    {"voice_encoder",
     [](Args& a) -> Outputs {
       auto encoder = models::load_voice_encoder(TensorFile(weights_folder() + "/pretrained.pt"));
       return {encoder->embed_utterance(glide(a))};
     }},
};

class RealWeights : public ::testing::TestWithParam<OpCases> {};
TEST_P(RealWeights, MakeWhatTheirProgramsMake) {
  if (weights_folder().empty())
    GTEST_SKIP() << "HEARTH_REAL_WEIGHTS names no folder with weights; run `make test-pretrained`";
  ASSERT_TRUE(std::filesystem::is_directory(weights_folder())) << weights_folder();
  check(GetParam(), kTable);
}
INSTANTIATE_TEST_SUITE_P(Golden, RealWeights, ::testing::ValuesIn(operators_of("real_weights")),
                         test_name);

}  // namespace
}  // namespace hearth::golden
