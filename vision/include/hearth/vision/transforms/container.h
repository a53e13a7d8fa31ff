// SPDX-License-Identifier: Apache-2.0
// Transforms made of transforms.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hearth/base/callable.h"
#include "hearth/vision/transforms/transform.h"

namespace hearth::vision::transforms {

/// One after the other:
///
///     Compose train({RandomResizedCrop(224), RandomHorizontalFlip()});
///
/// What a step draws may depend on what those before it made, so `sample` does all the work of
/// `apply`; calling the transform does it once.
class HEARTH_API Compose : public Transform {
 public:
  explicit Compose(std::vector<AnyTransform> transforms);

  Sample run(const Sample& sample, Generator& generator) const override;
  Params sample(const Sample& sample, Generator& generator) const override;
  Sample apply(const Sample& sample, const Params& params) const override;
  std::string describe() const override;

  const std::vector<AnyTransform>& transforms() const { return transforms_; }

 private:
  std::vector<AnyTransform> transforms_;
};

/// All of them with probability p, else none.
class HEARTH_API RandomApply : public Transform {
 public:
  explicit RandomApply(std::vector<AnyTransform> transforms, double p = 0.5);

  Sample run(const Sample& sample, Generator& generator) const override;
  /// "apply": 0 or 1.
  Params sample(const Sample& sample, Generator& generator) const override;
  Sample apply(const Sample& sample, const Params& params) const override;
  std::string describe() const override;

 private:
  Compose steps_;
  double p_;
};

/// One of them, each as likely as its weight in `p`; without weights all alike.
class HEARTH_API RandomChoice : public Transform {
 public:
  explicit RandomChoice(std::vector<AnyTransform> transforms, std::vector<double> p = {});

  Sample run(const Sample& sample, Generator& generator) const override;
  /// "index": which.
  Params sample(const Sample& sample, Generator& generator) const override;
  Sample apply(const Sample& sample, const Params& params) const override;
  std::string describe() const override;

 private:
  const AnyTransform& drawn(Generator& generator, int64_t& index) const;

  std::vector<AnyTransform> transforms_;
  std::vector<double> p_;
};

/// All of them in random order.
class HEARTH_API RandomOrder : public Transform {
 public:
  explicit RandomOrder(std::vector<AnyTransform> transforms);

  Sample run(const Sample& sample, Generator& generator) const override;
  /// "0", "1" ...: which transform comes first, second ...; `steps` in this order.
  Params sample(const Sample& sample, Generator& generator) const override;
  Sample apply(const Sample& sample, const Params& params) const override;
  std::string describe() const override;

 private:
  std::vector<AnyTransform> transforms_;
};

/// A function of the caller's: of the pixels of images, or of items of any kind.
class HEARTH_API Lambda : public Transform {
 public:
  explicit Lambda(Callable<Tensor(const Tensor&)> of_image);
  explicit Lambda(Callable<Item(const Item&)> of_item);

  Sample apply(const Sample& sample, const Params& params) const override;
  std::string describe() const override;

 private:
  Callable<Item(const Item&)> function_;
};

/// The sample as it is.
class HEARTH_API Identity : public Transform {
 public:
  Sample apply(const Sample& sample, const Params& params) const override;
  std::string describe() const override;
};

}  // namespace hearth::vision::transforms
