// SPDX-License-Identifier: Apache-2.0
// The Audio Spectrogram Transformer (Gong et al., "AST: Audio Spectrogram Transformer", 2021), as
// Hugging Face's ASTForAudioClassification: its configuration, parameter names and front end.
#pragma once

#include <string>
#include <vector>

#include "hearth/audio/models/audio_classifier.h"
#include "hearth/base/arg.h"
#include "hearth/hub/hub.h"
#include "hearth/nn/modules/conv.h"
#include "hearth/nn/modules/linear.h"
#include "hearth/nn/modules/normalization.h"

namespace hearth::audio::models {

/// Settings of an AST, as config.json names them.
struct HEARTH_API ASTOptions {
  /// Patches of a spectrum. ValueError for settings that fit no spectrum.
  int64_t patches() const;

  HEARTH_ARG(int64_t, hidden_size) = 768;
  HEARTH_ARG(int64_t, num_hidden_layers) = 12;
  HEARTH_ARG(int64_t, num_attention_heads) = 12;
  HEARTH_ARG(int64_t, intermediate_size) = 3072;
  HEARTH_ARG(double, hidden_dropout_prob) = 0;
  HEARTH_ARG(double, attention_probs_dropout_prob) = 0;
  HEARTH_ARG(double, layer_norm_eps) = 1e-12;
  HEARTH_ARG(bool, qkv_bias) = true;
  HEARTH_ARG(int64_t, patch_size) = 16;
  HEARTH_ARG(int64_t, frequency_stride) = 10;
  HEARTH_ARG(int64_t, time_stride) = 10;
  /// Frames and bands of the spectra.
  HEARTH_ARG(int64_t, max_length) = 1024;
  HEARTH_ARG(int64_t, num_mel_bins) = 128;
  HEARTH_ARG(int64_t, num_labels) = 527;
};

/// A transformer over patches of a spectrum [N, 1, num_mel_bins, max_length].
class HEARTH_API ASTImpl : public AudioClassifierImpl {
 public:
  explicit ASTImpl(const ASTOptions& options = {});
  ~ASTImpl() override;
  /// [N, hidden_size]: the mean of both tokens, normalized by the last layer norm.
  Tensor embed(const Tensor& spectra) override;
  Tensor classify(const Tensor& embedding) override;

  const ASTOptions options;

 private:
  struct Layer {
    nn::Linear query{nullptr}, key{nullptr}, value{nullptr}, attended{nullptr}, wide{nullptr},
        narrow{nullptr};
    nn::LayerNorm before{nullptr}, after{nullptr};
  };
  Tensor attention(const Layer& layer, const Tensor& x);

  Tensor cls_token_, distillation_token_, position_embeddings_;
  nn::Conv2d projection_{nullptr};
  std::vector<Layer> layers_;
  nn::LayerNorm layernorm_{nullptr}, head_norm_{nullptr};
  nn::Linear dense_{nullptr};
};
HEARTH_MODULE(AST);

namespace ast {

/// What becomes of a waveform before a model gets it: preprocessor_config.json's settings.
struct FeatureOptions {
  HEARTH_ARG(int64_t, sampling_rate) = 16000;
  HEARTH_ARG(int64_t, num_mel_bins) = 128;
  HEARTH_ARG(int64_t, max_length) = 1024;
  HEARTH_ARG(bool, do_normalize) = true;
  HEARTH_ARG(double, mean) = -4.2677393;
  HEARTH_ARG(double, std) = 4.5689974;
};

/// ASTFeatureExtractor: Kaldi's log mel energies of a waveform [time] (of samples from -1 to 1) in
/// Hanning windows, cut or filled up with zeros to max_length frames, without their mean and
/// divided by twice the deviation; [1, 1, num_mel_bins, max_length].
HEARTH_API Tensor features(const Tensor& waveform, const FeatureOptions& options = {});

/// A published model: what it takes, and what it tells apart.
struct Pretrained {
  AST model{nullptr};
  FeatureOptions features;
  std::vector<std::string> classes;
};
/// From a folder, a file with config.json beside it, or a repository of the hub
/// ("MIT/ast-finetuned-audioset-10-10-0.4593"); in evaluation mode. Throws FileError, FormatError
/// and NetworkError.
HEARTH_API Pretrained from_pretrained(const std::string& name_or_path,
                                      const hub::HubOptions& options = {});

}  // namespace ast
}  // namespace hearth::audio::models
