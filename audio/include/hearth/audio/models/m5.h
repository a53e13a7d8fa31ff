// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/audio/models/audio_classifier.h"
#include "hearth/base/arg.h"
#include "hearth/nn/modules/conv.h"
#include "hearth/nn/modules/linear.h"
#include "hearth/nn/modules/normalization.h"

namespace hearth::audio::models {

/// Settings of M5. Defaults are those of torchaudio's tutorial on speech commands.
struct M5Options {
  HEARTH_ARG(int64_t, n_output) = 35;
  /// Of the first convolution. Of waveforms at 16 kHz 16, at 8 kHz 8 keeps the network's own rate.
  HEARTH_ARG(int64_t, stride) = 16;
  HEARTH_ARG(int64_t, n_channel) = 32;
};

/// Convolutions on the waveform itself: a first kernel of 80 samples, then three of 3, each with
/// batch norm, ReLU and pooling by 4, and the mean over what is left (Dai et al., "Very deep
/// convolutional neural networks for raw waveforms", 2016, as torchaudio's tutorial builds it).
/// Waveforms [N, 1, samples] of any length that leaves a frame (least_samples).
class HEARTH_API M5Impl : public AudioClassifierImpl {
 public:
  explicit M5Impl(const M5Options& options = {});
  ~M5Impl() override;
  /// [N, 2 n_channel].
  Tensor embed(const Tensor& waveform) override;
  Tensor classify(const Tensor& embedding) override;
  /// The shortest waveform.
  static int64_t least_samples(int64_t stride = 16);

 private:
  nn::Conv1d conv1_, conv2_, conv3_, conv4_;
  nn::BatchNorm1d bn1_, bn2_, bn3_, bn4_;
  nn::Linear fc1_;
};
HEARTH_MODULE(M5);

}  // namespace hearth::audio::models
