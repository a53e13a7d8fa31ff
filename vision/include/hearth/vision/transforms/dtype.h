// SPDX-License-Identifier: Apache-2.0
// Transforms of values as such: their type, range and distribution. Names, defaults and results are
// torchvision's (transforms.v2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/vision/transforms/transform.h"

namespace hearth::vision::transforms {

/// Options of ToDtype: the type of each kind of item; none leaves it as it is. Only images are
/// scaled.
struct ToDtypeOptions {
  using Type = std::optional<ScalarType>;
  HEARTH_ARG(Type, image);
  HEARTH_ARG(Type, mask);
  HEARTH_ARG(Type, boxes);
  HEARTH_ARG(Type, points);
  HEARTH_ARG(Type, others);
  HEARTH_ARG(bool, scale) = false;
};

/// functional::to_dtype, of images alone or as the options say.
class HEARTH_API ToDtype : public Transform {
 public:
  explicit ToDtype(ScalarType dtype, bool scale = false);
  explicit ToDtype(const ToDtypeOptions& options);
  std::string describe() const override;

 protected:
  Image transform(const Image& image, const Params& params) const override;
  Mask transform(const Mask& mask, const Params& params) const override;
  BoundingBoxes transform(const BoundingBoxes& boxes, const Params& params) const override;
  KeyPoints transform(const KeyPoints& points, const Params& params) const override;
  Tensor transform(const Tensor& other, const Params& params) const override;

 private:
  ToDtypeOptions options_;
};

/// functional::normalize, by default out of place. Throws ValueError for a std of 0.
class HEARTH_API Normalize : public Transform {
 public:
  Normalize(std::vector<double> mean, std::vector<double> std, bool inplace = false);
  std::string describe() const override;

 protected:
  Image transform(const Image& image, const Params& params) const override;

 private:
  std::vector<double> mean_, std_;
  bool inplace_;
};

/// (image - mean_vector) times a square matrix, where the image [..., C, H, W] is taken as vectors
/// of D = C * H * W numbers: whitening, for example. Throws ShapeError for a matrix or images of
/// other sizes, and DtypeError and DeviceError where matrix and vector differ.
class HEARTH_API LinearTransformation : public Transform {
 public:
  /// [D, D] and [D].
  LinearTransformation(Tensor transformation_matrix, Tensor mean_vector);
  std::string describe() const override;

 protected:
  Image transform(const Image& image, const Params& params) const override;

 private:
  Tensor matrix_, mean_;
};

/// Images, masks, boxes and points as plain tensors.
class HEARTH_API ToPureTensor : public Transform {
 public:
  Sample apply(const Sample& sample, const Params& params) const override;
  std::string describe() const override;
};

/// functional::uniform_temporal_subsample of images that are videos, [..., T, C, H, W].
class HEARTH_API UniformTemporalSubsample : public Transform {
 public:
  explicit UniformTemporalSubsample(int64_t num_samples);
  std::string describe() const override;

 protected:
  Image transform(const Image& image, const Params& params) const override;

 private:
  int64_t num_samples_;
};

}  // namespace hearth::vision::transforms
