// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/audio/models/audio_classifier.h"
#include "hearth/nn/modules/conv.h"
#include "hearth/nn/modules/dropout.h"
#include "hearth/nn/modules/linear.h"
#include "hearth/nn/modules/normalization.h"

namespace hearth::audio::models {

/// A small convolutional network on log-mel spectra that learns quickly: four times 3x3
/// convolution, batch norm, ReLU and max pooling, to 16, 32, 64 and 128 channels, then the mean and
/// the maximum over what is left, and one linear layer. At least 16 bands and 16 frames.
class HEARTH_API CNNImpl : public AudioClassifierImpl {
 public:
  explicit CNNImpl(int64_t num_classes);
  ~CNNImpl() override;
  /// [N, 256].
  Tensor embed(const Tensor& spectra) override;
  Tensor classify(const Tensor& embedding) override;

 private:
  nn::Conv2d conv1_, conv2_, conv3_, conv4_;
  nn::BatchNorm2d bn1_, bn2_, bn3_, bn4_;
  nn::Dropout dropout_;
  nn::Linear fc_;
};
HEARTH_MODULE(CNN);

}  // namespace hearth::audio::models
