// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/audio/models/audio_classifier.h"
#include "hearth/base/arg.h"
#include "hearth/nn/modules/containers.h"
#include "hearth/nn/modules/normalization.h"
#include "hearth/nn/modules/sequential.h"

namespace hearth::audio::models {

/// Batch norm that knows `spec_groups` groups of neighbouring bands apart: each has its own
/// statistics, scale and shift (Chang et al., "SubSpectral normalization for neural audio data
/// processing", 2021).
class HEARTH_API SubSpectralNormImpl : public nn::Module {
 public:
  SubSpectralNormImpl(int64_t num_features, int64_t spec_groups);
  ~SubSpectralNormImpl() override;
  /// [N, num_features, bands, frames]; spec_groups divides the bands.
  Tensor forward(const Tensor& x);

 private:
  int64_t groups_;
  nn::BatchNorm2d ssnorm_;
};
HEARTH_MODULE(SubSpectralNorm);

/// A residual block of two parts: convolutions along the bands, then, of their mean over all bands,
/// along time, which is added to every band.
class HEARTH_API BCResBlockImpl : public nn::Module {
 public:
  /// `dilation` of the convolution along time; `stride` of the one along the bands.
  BCResBlockImpl(int64_t in_channels, int64_t channels, int64_t dilation, int64_t stride);
  ~BCResBlockImpl() override;
  Tensor forward(const Tensor& x);

 private:
  nn::Sequential f2_, f1_;
  bool transition_;
};
HEARTH_MODULE(BCResBlock);

/// Settings of a BC-ResNet.
struct BCResNetOptions {
  /// How wide it is: 1, 1.5, 2, 3, 6 or 8 in the paper, 9,000 to 321,000 weights. At least 1.
  HEARTH_ARG(double, tau) = 1;
  HEARTH_ARG(int64_t, num_classes) = 12;
};

/// Kim et al., "Broadcasted residual learning for efficient keyword spotting", 2021. Log-mel
/// spectra [N, 1, bands, frames] with a multiple of 40 bands, any number of frames. Parameters have
/// the names of the authors' code ("BCBlocks.0.1.f2.0.block.0.weight").
class HEARTH_API BCResNetImpl : public AudioClassifierImpl {
 public:
  explicit BCResNetImpl(const BCResNetOptions& options = {});
  ~BCResNetImpl() override;
  /// [N, 32 tau].
  Tensor embed(const Tensor& spectra) override;
  Tensor classify(const Tensor& embedding) override;
  /// The length of embeddings.
  static int64_t embedding_size(double tau);

 private:
  nn::Sequential cnn_head_, classifier_;
  nn::ModuleList blocks_;
};
HEARTH_MODULE(BCResNet);

}  // namespace hearth::audio::models
