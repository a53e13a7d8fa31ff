// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/nn/modules/linear.h"
#include "hearth/vision/models/image_classifier.h"

namespace hearth::vision::models {

/// Two hidden layers of 256 units on all pixels at once.
class HEARTH_API MLPImpl : public ImageClassifierImpl {
 public:
  explicit MLPImpl(const ModelOptions& options = {});
  ~MLPImpl() override;
  Tensor forward(const Tensor& images) override;

 private:
  nn::Linear fc1_, fc2_, fc3_;
};
HEARTH_MODULE(MLP);

}  // namespace hearth::vision::models
