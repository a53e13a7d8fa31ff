// SPDX-License-Identifier: Apache-2.0
// Audio models against PyTorch's, with weights by formula.
#include "hearth/audio/models/ast.h"
#include "hearth/audio/models/bcresnet.h"
#include "hearth/audio/models/cnn.h"
#include "hearth/audio/models/crepe.h"
#include "hearth/audio/models/m5.h"
#include "hearth/audio/models/voice_encoder.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/tensor/tensor_literal.h"

#include "core/golden/module.h"

namespace hearth::golden {
namespace {

namespace models = audio::models;

template <typename Model>
Outputs run(Args& a, Model model) {
  prepare(a, *model);
  return {model->forward(a[0])};
}

Outputs decode(Args& a) {
  using Decoder = models::crepe::Decoder;
  const std::string& name = a.s("decoder");
  const auto [pitch, periodicity] =
      models::crepe::postprocess(a[0], a.f("fmin"), a.f("fmax"),
                                 name == "argmax"            ? Decoder::Argmax
                                 : name == "weighted_argmax" ? Decoder::WeightedArgmax
                                                             : Decoder::Viterbi);
  return {pitch, periodicity};
}

Outputs parts(Args& a) {
  std::vector<int64_t> all;
  for (const int64_t samples : a.ints("samples")) {
    const auto some = models::VoiceEncoderImpl::first_frames(
        samples, models::UtteranceOptions().rate(a.f("rate")).min_coverage(a.f("min_coverage")));
    all.insert(all.end(), some.begin(), some.end());
  }
  return {tensor(all)};
}

Outputs ast(Args& a) {
  models::AST model(models::ASTOptions()
                        .hidden_size(a.i("hidden_size"))
                        .num_hidden_layers(a.i("num_hidden_layers"))
                        .num_attention_heads(a.i("num_attention_heads"))
                        .intermediate_size(a.i("intermediate_size"))
                        .max_length(a.i("max_length"))
                        .num_mel_bins(a.i("num_mel_bins"))
                        .frequency_stride(a.i("frequency_stride"))
                        .time_stride(a.i("time_stride"))
                        .num_labels(5));
  return run(a, model);
}

const Table kTable = {
    {"ast", ast},
    {"ast_features",
     [](Args& a) -> Outputs {
       return {models::ast::features(
           a[0],
           models::ast::FeatureOptions().num_mel_bins(a.i("bands")).max_length(a.i("length")))};
     }},
    {"m5",
     [](Args& a) { return run(a, models::M5(models::M5Options().n_output(a.i("classes")))); }},
    {"cnn", [](Args& a) { return run(a, models::CNN(a.i("classes"))); }},
    {"bcresnet",
     [](Args& a) {
       return run(a, models::BCResNet(
                         models::BCResNetOptions().tau(a.f("tau")).num_classes(a.i("classes"))));
     }},
    {"crepe",
     [](Args& a) {
       using Capacity = models::CrepeOptions::Capacity;
       return run(a, models::Crepe(models::CrepeOptions().capacity(a.b("full") ? Capacity::Full
                                                                               : Capacity::Tiny)));
     }},
    {"crepe_preprocess",
     [](Args& a) -> Outputs {
       const Tensor x = models::crepe::preprocess(a[0], a.i("hop"), a.b("pad"));
       return {x.sum(1).square() + x.select(1, 500)};
     }},
    {"crepe_postprocess", decode},
    {"voice_encoder", [](Args& a) { return run(a, models::VoiceEncoder()); }},
    {"voice_encoder_mel",
     [](Args& a) -> Outputs { return {models::VoiceEncoderImpl::mel_spectrogram(a[0])}; }},
    {"normalize_volume", [](Args& a) -> Outputs { return {models::normalize_volume(a[0])}; }},
    {"utterance_parts", parts},
};

HEARTH_GOLDEN_FAMILY(GoldenAudioModels, "audio_models", kTable);

}  // namespace
}  // namespace hearth::golden
