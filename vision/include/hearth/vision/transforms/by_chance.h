// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/vision/transforms/transform.h"

namespace hearth::vision::transforms {

/// The base of transforms of images that happen with probability p, to all images of a sample or to
/// none. A new one overrides `change` and, if it is random otherwise too, `draw`.
class HEARTH_API ByChance : public Transform {
 public:
  /// "apply": 0 or 1; with 1, what `draw` draws.
  Params sample(const Sample& sample, Generator& generator) const override;
  double p() const { return p_; }

 protected:
  /// Throws ValueError unless p is between 0 and 1.
  ByChance(double p, const char* name);

  virtual Params draw(const Sample& sample, Generator& generator) const;
  virtual Tensor change(const Tensor& image, const Params& params) const = 0;
  Image transform(const Image& image, const Params& params) const final;

 private:
  double p_;
};

}  // namespace hearth::vision::transforms
