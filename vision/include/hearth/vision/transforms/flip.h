// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hearth/vision/transforms/functional/flip.h"
#include "hearth/vision/transforms/transform.h"

namespace hearth::vision::transforms {

/// Mirrors everything with probability p: left and right change places. "apply": 0 or 1.
class HEARTH_API RandomHorizontalFlip : public Transform {
 public:
  explicit RandomHorizontalFlip(double p = 0.5);
  Params sample(const Sample& sample, Generator& generator) const override;
  Sample apply(const Sample& sample, const Params& params) const override;
  std::string describe() const override;

 private:
  double p_;
};

/// The same with top and bottom.
class HEARTH_API RandomVerticalFlip : public Transform {
 public:
  explicit RandomVerticalFlip(double p = 0.5);
  Params sample(const Sample& sample, Generator& generator) const override;
  Sample apply(const Sample& sample, const Params& params) const override;
  std::string describe() const override;

 private:
  double p_;
};

}  // namespace hearth::vision::transforms
