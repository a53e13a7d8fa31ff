// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/nn/modules/sequential.h"
#include "hearth/vision/models/image_classifier.h"

namespace hearth::vision::models {

/// The two networks of the paper and its authors' repository.
enum class SqueezeNetVersion : int8_t { V1_0, V1_1 };

/// SqueezeNet (Iandola et al., "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters",
/// 2016), with torchvision's names. Its scores are means of a convolution's.
class HEARTH_API SqueezeNetImpl : public ImageClassifierImpl {
 public:
  explicit SqueezeNetImpl(SqueezeNetVersion version, const ModelOptions& options = {});
  ~SqueezeNetImpl() override;
  Tensor forward(const Tensor& images) override;

 private:
  nn::Sequential features_, classifier_;
};
HEARTH_MODULE(SqueezeNet);

HEARTH_API SqueezeNet squeezenet1_0(const ModelOptions& options = {});
HEARTH_API SqueezeNet squeezenet1_1(const ModelOptions& options = {});

}  // namespace hearth::vision::models
