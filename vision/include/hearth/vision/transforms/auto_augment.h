// SPDX-License-Identifier: Apache-2.0
// Augmentation by policies that were searched for or need no search. Names, defaults, spaces and
// results are torchvision's (transforms.v2). They change one image of a sample, uint8 or floating
// point of 1 or 3 channels, and throw ValueError for samples of several images and for masks, boxes
// and points.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/vision/transforms/modes.h"
#include "hearth/vision/transforms/transform.h"

namespace hearth::vision::transforms {

/// What policies are made of.
enum class AugmentOp : int8_t {
  Identity,
  ShearX,
  ShearY,
  TranslateX,
  TranslateY,
  Rotate,
  Brightness,
  Color,
  Contrast,
  Sharpness,
  Posterize,
  Solarize,
  AutoContrast,
  Equalize,
  Invert,
};

namespace functional {

/// An image after one of these. What `magnitude` means: the tangent of a shear, pixels (whole ones)
/// of a move, degrees counter-clockwise; 1 less than the factor of brightness, saturation, contrast
/// or sharpness; bits that are kept; the threshold, as a part of the range, from which values are
/// inverted. An empty fill is 0.
HEARTH_API Tensor augment(const Tensor& image, AugmentOp op, double magnitude,
                          InterpolationMode interpolation = InterpolationMode::Nearest,
                          const std::vector<double>& fill = {});

}  // namespace functional

/// How ops that move pixels find theirs, and what stands where there are none.
struct AugmentLook {
  InterpolationMode interpolation = InterpolationMode::Nearest;
  std::vector<double> fill;
};

/// The base of all of them: it looks for the image. An op among the parameters has "op" and
/// "magnitude".
class HEARTH_API AutoAugmentBase : public Transform {
 public:
  Sample apply(const Sample& sample, const Params& params) const override;

 protected:
  AutoAugmentBase(const char* name, const AugmentLook& look) : name_(name), look_(look) {}

  /// The only image, and its size.
  const Tensor& only_image(const Sample& sample) const;
  Size image_size(const Sample& sample) const;
  /// The image after all `steps`, one after the other.
  virtual Tensor change(const Tensor& image, const Params& params) const;
  const AugmentLook& look() const { return look_; }

 private:
  size_t image_index(const Sample& sample) const;

  const char* name_;
  AugmentLook look_;
};

enum class AutoAugmentPolicy : int8_t { IMAGENET, CIFAR10, SVHN };

/// Options of AutoAugment.
struct AutoAugmentOptions {
  AutoAugmentOptions() = default;
  AutoAugmentOptions(AutoAugmentPolicy policy) : policy_(policy) {}
  HEARTH_ARG(AutoAugmentPolicy, policy) = AutoAugmentPolicy::IMAGENET;
  HEARTH_ARG(InterpolationMode, interpolation) = InterpolationMode::Nearest;
  HEARTH_ARG(std::vector<double>, fill);
};

/// One of 25 pairs of ops that were found for a data set (Cubuk et al., "AutoAugment", 2018).
class HEARTH_API AutoAugment : public AutoAugmentBase {
 public:
  explicit AutoAugment(const AutoAugmentOptions& options = {});
  Params sample(const Sample& sample, Generator& generator) const override;
  std::string describe() const override;

 private:
  AutoAugmentOptions options_;
};

/// Options of RandAugment.
struct RandAugmentOptions {
  RandAugmentOptions() = default;
  RandAugmentOptions(int64_t num_ops, int64_t magnitude = 9)
      : num_ops_(num_ops), magnitude_(magnitude) {}
  HEARTH_ARG(int64_t, num_ops) = 2;
  /// The same for all ops: an index into num_magnitude_bins steps from the least to the most.
  HEARTH_ARG(int64_t, magnitude) = 9;
  HEARTH_ARG(int64_t, num_magnitude_bins) = 31;
  HEARTH_ARG(InterpolationMode, interpolation) = InterpolationMode::Nearest;
  HEARTH_ARG(std::vector<double>, fill);
};

/// Some ops of one magnitude (Cubuk et al., "RandAugment", 2019).
class HEARTH_API RandAugment : public AutoAugmentBase {
 public:
  explicit RandAugment(const RandAugmentOptions& options = {});
  Params sample(const Sample& sample, Generator& generator) const override;
  std::string describe() const override;

 private:
  RandAugmentOptions options_;
};

/// Options of TrivialAugmentWide.
struct TrivialAugmentWideOptions {
  HEARTH_ARG(int64_t, num_magnitude_bins) = 31;
  HEARTH_ARG(InterpolationMode, interpolation) = InterpolationMode::Nearest;
  HEARTH_ARG(std::vector<double>, fill);
};

/// One op of any magnitude (Müller and Hutter, "TrivialAugment", 2021).
class HEARTH_API TrivialAugmentWide : public AutoAugmentBase {
 public:
  explicit TrivialAugmentWide(const TrivialAugmentWideOptions& options = {});
  Params sample(const Sample& sample, Generator& generator) const override;
  std::string describe() const override;

 private:
  TrivialAugmentWideOptions options_;
};

/// Options of AugMix.
struct AugMixOptions {
  /// Magnitudes are the first `severity` of 10.
  HEARTH_ARG(int64_t, severity) = 3;
  /// How many chains of ops are mixed.
  HEARTH_ARG(int64_t, mixture_width) = 3;
  /// Ops of a chain; from 1 to 3 where it is not positive.
  HEARTH_ARG(int64_t, chain_depth) = -1;
  /// Of the Dirichlet distributions of weights.
  HEARTH_ARG(double, alpha) = 1.0;
  /// Brightness, Color, Contrast and Sharpness too.
  HEARTH_ARG(bool, all_ops) = true;
  HEARTH_ARG(InterpolationMode, interpolation) = InterpolationMode::Bilinear;
  HEARTH_ARG(std::vector<double>, fill);
};

/// The image mixed with some chains of ops of it (Hendrycks et al., "AugMix", 2019); each image of
/// a batch by weights of its own.
class HEARTH_API AugMix : public AutoAugmentBase {
 public:
  explicit AugMix(const AugMixOptions& options = {});
  /// Tensor "weights" [N, 1 + mixture_width]: of the image itself and of its chains, which `steps`
  /// are.
  Params sample(const Sample& sample, Generator& generator) const override;
  std::string describe() const override;

 protected:
  Tensor change(const Tensor& image, const Params& params) const override;

 private:
  AugMixOptions options_;
};

}  // namespace hearth::vision::transforms
