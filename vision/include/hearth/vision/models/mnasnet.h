// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/nn/modules/sequential.h"
#include "hearth/vision/models/image_classifier.h"

namespace hearth::vision::models {

/// MNASNet B1 (Tan et al., "MnasNet: Platform-Aware Neural Architecture Search for Mobile", 2018),
/// with torchvision's names. `alpha` scales the number of channels.
class HEARTH_API MNASNetImpl : public ImageClassifierImpl {
 public:
  explicit MNASNetImpl(double alpha, const ModelOptions& options = {});
  ~MNASNetImpl() override;
  Tensor forward(const Tensor& images) override;
  int64_t state_version() const override { return 2; }

 protected:
  /// States of the first version have a wider stem, unless alpha is 1: they are refused.
  void upgrade_state(OrderedDict<std::string, Tensor>& state, const std::string& prefix,
                     std::optional<int64_t> version) const override;

 private:
  nn::Sequential layers_, classifier_;
  double alpha_;
};
HEARTH_MODULE(MNASNet);

HEARTH_API MNASNet mnasnet0_5(const ModelOptions& options = {});
HEARTH_API MNASNet mnasnet0_75(const ModelOptions& options = {});
HEARTH_API MNASNet mnasnet1_0(const ModelOptions& options = {});
HEARTH_API MNASNet mnasnet1_3(const ModelOptions& options = {});

}  // namespace hearth::vision::models
