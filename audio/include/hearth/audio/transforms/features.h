// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/audio/features/extractor.h"
#include "hearth/nn/cloneable.h"
#include "hearth/nn/pimpl.h"

namespace hearth::audio::transforms {

/// Features of a configuration as a module without parameters, for models that begin with sound:
///
///     nn::Sequential net(transforms::Features(features::preset("kaldi-fbank80")), nn::Linear(80,
///     10));
class HEARTH_API FeaturesImpl : public nn::Cloneable<FeaturesImpl> {
 public:
  explicit FeaturesImpl(features::FeatureConfig config) : extractor_(std::move(config)) {}
  void reset() override {}
  void pretty_print(std::ostream& stream) const override;
  /// Features [..., frames, dims] of waveforms [..., time].
  Tensor forward(const Tensor& waveform) { return extractor_(waveform); }
  const features::Extractor& extractor() const { return extractor_; }

 private:
  features::Extractor extractor_;
};
HEARTH_MODULE(Features);

}  // namespace hearth::audio::transforms
