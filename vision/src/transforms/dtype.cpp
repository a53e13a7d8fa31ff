// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/dtype.h"

#include <algorithm>

#include "hearth/base/error.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/shape.h"
#include "hearth/vision/transforms/functional/augment.h"
#include "hearth/vision/transforms/functional/dtype.h"

#include "transforms/describe.h"

namespace hearth::vision::transforms {
namespace {

Tensor in_type(const Tensor& t, const std::optional<ScalarType>& dtype) {
  return dtype ? t.to(*dtype) : t;
}

}  // namespace

ToDtype::ToDtype(ScalarType dtype, bool scale)
    : ToDtype(ToDtypeOptions().image(dtype).scale(scale)) {}
ToDtype::ToDtype(const ToDtypeOptions& options) : options_(options) {}

Image ToDtype::transform(const Image& image, const Params&) const {
  if (!options_.image()) return image;
  return {functional::to_dtype(image.data, *options_.image(), options_.scale())};
}
Mask ToDtype::transform(const Mask& mask, const Params&) const {
  return {in_type(mask.data, options_.mask())};
}
BoundingBoxes ToDtype::transform(const BoundingBoxes& boxes, const Params&) const {
  return {in_type(boxes.data, options_.boxes()), boxes.format, boxes.canvas};
}
KeyPoints ToDtype::transform(const KeyPoints& points, const Params&) const {
  return {in_type(points.data, options_.points()), points.canvas};
}
Tensor ToDtype::transform(const Tensor& other, const Params&) const {
  return in_type(other, options_.others());
}
std::string ToDtype::describe() const {
  return Description("ToDtype").arg("scale", options_.scale());
}

Normalize::Normalize(std::vector<double> mean, std::vector<double> std, bool inplace)
    : mean_(std::move(mean)), std_(std::move(std)), inplace_(inplace) {
  HEARTH_CHECK_AS(ValueError, std::find(std_.begin(), std_.end(), 0.0) == std_.end(),
                  "[Normalize] expected a std other than 0, got 0");
}
Image Normalize::transform(const Image& image, const Params&) const {
  return {functional::normalize(image.data, mean_, std_, inplace_)};
}
std::string Normalize::describe() const {
  return Description("Normalize").arg("mean", mean_).arg("std", std_).arg("inplace", inplace_);
}

LinearTransformation::LinearTransformation(Tensor transformation_matrix, Tensor mean_vector)
    : matrix_(std::move(transformation_matrix)), mean_(std::move(mean_vector)) {
  HEARTH_CHECK_AS(ValueError, matrix_.defined() && mean_.defined(),
                  "[LinearTransformation] expected a matrix and a vector");
  HEARTH_CHECK_AS(ShapeError, matrix_.dim() == 2 && matrix_.size(0) == matrix_.size(1),
                  "[LinearTransformation] expected a square matrix, got shape ", matrix_.sizes());
  HEARTH_CHECK_AS(ShapeError, mean_.dim() == 1 && mean_.size(0) == matrix_.size(0),
                  "[LinearTransformation] expected a mean of ", matrix_.size(0),
                  " numbers, got shape ", mean_.sizes());
  HEARTH_CHECK_AS(DeviceError, mean_.device() == matrix_.device(),
                  "[LinearTransformation] expected matrix and mean on one device, got ",
                  matrix_.device(), " and ", mean_.device());
  HEARTH_CHECK_AS(DtypeError, mean_.scalar_type() == matrix_.scalar_type(),
                  "[LinearTransformation] expected matrix and mean of one type, got ",
                  matrix_.scalar_type(), " and ", mean_.scalar_type());
}
Image LinearTransformation::transform(const Image& image, const Params&) const {
  const Tensor& x = image.data;
  HEARTH_CHECK_AS(ShapeError,
                  x.dim() >= 3 && x.size(-3) * x.size(-2) * x.size(-1) == matrix_.size(0),
                  "[LinearTransformation] expected images of ", matrix_.size(0),
                  " values, got shape ", x.sizes());
  const Tensor flat = x.reshape({-1, matrix_.size(0)}) - mean_;
  return {matmul(flat, matrix_.to(flat.scalar_type())).reshape(x.sizes())};
}
std::string LinearTransformation::describe() const { return Description("LinearTransformation"); }

Sample ToPureTensor::apply(const Sample& sample, const Params&) const {
  Sample out = sample;
  for (auto& [name, item] : out.items())
    item = std::visit(
        [](const auto& value) -> Tensor {
          if constexpr (std::is_same_v<std::decay_t<decltype(value)>, Tensor>)
            return value;
          else
            return value.data;
        },
        item);
  return out;
}
std::string ToPureTensor::describe() const { return Description("ToPureTensor"); }

UniformTemporalSubsample::UniformTemporalSubsample(int64_t num_samples)
    : num_samples_(num_samples) {
  HEARTH_CHECK_AS(ValueError, num_samples >= 0,
                  "[UniformTemporalSubsample] expected a number of frames, got ", num_samples);
}
Image UniformTemporalSubsample::transform(const Image& image, const Params&) const {
  return {functional::uniform_temporal_subsample(image.data, num_samples_)};
}
std::string UniformTemporalSubsample::describe() const {
  return Description("UniformTemporalSubsample").arg("num_samples", num_samples_);
}

}  // namespace hearth::vision::transforms
