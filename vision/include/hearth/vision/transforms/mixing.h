// SPDX-License-Identifier: Apache-2.0
// Transforms of batches that mix each image with another, and their labels alike. Names, defaults
// and results are torchvision's (transforms.v2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "hearth/base/arg.h"
#include "hearth/vision/transforms/transform.h"

namespace hearth::vision::transforms {

/// Options of MixUp and CutMix.
struct MixOptions {
  using Count = std::optional<int64_t>;
  MixOptions() = default;
  MixOptions(int64_t num_classes) : num_classes_(num_classes) {}
  /// Parts come from the distribution Beta(alpha, alpha).
  HEARTH_ARG(double, alpha) = 1.0;
  /// Of labels that are class indices.
  HEARTH_ARG(Count, num_classes);
  /// The name of the labels in a sample; empty: they are its first plain tensor.
  HEARTH_ARG(std::string, labels) = "";
};

/// The base of both. A sample is a batch: images [N, ..., C, H, W], and labels [N] (classes) or
/// [N, classes] (probabilities), which become float probabilities [N, classes]. Each image meets
/// the one before it, the first the last, so batches should be shuffled. Throws ValueError for
/// masks, boxes, points, labels of other shapes and missing num_classes, and ShapeError for batches
/// of other sizes than the labels.
class HEARTH_API BatchMix : public Transform {
 public:
  Sample apply(const Sample& sample, const Params& params) const override;

  using Transform::operator();
  /// Images and labels alone, for a collate function: `mix` of this.
  std::pair<Tensor, Tensor> operator()(const Tensor& images, const Tensor& labels,
                                       Generator& generator) const;

 protected:
  BatchMix(const MixOptions& options, const char* name);

  const MixOptions& options() const { return options_; }
  double drawn_part(Generator& generator) const;

  /// How much of itself an image keeps.
  virtual double kept(const Params& params) const = 0;
  virtual Tensor mixed(const Tensor& images, const Params& params) const = 0;

 private:
  Tensor mixed_labels(const Tensor& labels, double kept) const;

  MixOptions options_;
  const char* name_;
};

/// Images laid over each other (Zhang et al., "mixup: Beyond Empirical Risk Minimization", 2017).
class HEARTH_API MixUp : public BatchMix {
 public:
  explicit MixUp(const MixOptions& options = {});

  /// "lam": the part of each image that it keeps.
  Params sample(const Sample& sample, Generator& generator) const override;
  std::string describe() const override;

 protected:
  double kept(const Params& params) const override;
  Tensor mixed(const Tensor& images, const Params& params) const override;
};

/// A rectangle of each image from another (Yun et al., "CutMix: Regularization Strategy to Train
/// Strong Classifiers with Localizable Features", 2019).
class HEARTH_API CutMix : public BatchMix {
 public:
  explicit CutMix(const MixOptions& options = {});

  /// "x1", "y1", "x2", "y2": the rectangle; "lam_adjusted": the part that lies outside of it.
  Params sample(const Sample& sample, Generator& generator) const override;
  std::string describe() const override;

 protected:
  double kept(const Params& params) const override;
  Tensor mixed(const Tensor& images, const Params& params) const override;
};

/// A batch as a transform of samples changes it, which may be a choice of several:
///
///     RandomChoice either({MixUp(10), CutMix(10)});
///     std::tie(images, labels) = mix(either, images, labels, generator);
HEARTH_API std::pair<Tensor, Tensor> mix(const Transform& transform, const Tensor& images,
                                         const Tensor& labels, Generator& generator);

}  // namespace hearth::vision::transforms
