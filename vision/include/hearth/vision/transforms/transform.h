// SPDX-License-Identifier: Apache-2.0
// What every transform is: parameters drawn once for a sample, then applied to each of its items.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "hearth/base/generator.h"
#include "hearth/vision/types.h"

namespace hearth::vision::transforms {

/// What a transform drew for one sample: named numbers and tensors, and, of a container, what its
/// steps drew. Whoever fills one in by hand decides what the transform does.
struct HEARTH_API Params {
  std::vector<std::pair<std::string, double>> numbers;
  std::vector<std::pair<std::string, Tensor>> tensors;
  std::vector<Params> steps;

  Params() = default;
  Params(std::initializer_list<std::pair<std::string, double>> all) : numbers(all) {}

  /// Throws ValueError, which names those that there are.
  double operator[](const std::string& name) const;
  int64_t integer(const std::string& name) const;
  const Tensor& tensor(const std::string& name) const;
  /// Whether there is a number or tensor of that name.
  bool contains(const std::string& name) const;
};

/// The base of all transforms. A new one overrides `sample`, if it is random, and `transform` of
/// what it changes; the other kinds of items pass through untouched.
class HEARTH_API Transform {
 public:
  virtual ~Transform();

  /// Draws the parameters for this sample. The generator alone decides, so a sample's result does
  /// not depend on the thread that makes it.
  virtual Params sample(const Sample& sample, Generator& generator) const;
  /// The sample changed as the parameters say; the input stays as it was.
  virtual Sample apply(const Sample& sample, const Params& params) const;
  /// `apply` of what `sample` draws. A container overrides it to do each of its steps once.
  virtual Sample run(const Sample& sample, Generator& generator) const;

  /// `run`, by default with default_generator().
  Sample operator()(const Sample& sample) const;
  Sample operator()(const Sample& sample, Generator& generator) const;
  /// The same of an image alone, [..., C, H, W].
  Tensor operator()(const Tensor& image) const;
  Tensor operator()(const Tensor& image, Generator& generator) const;

  /// As torchvision prints it: "RandomHorizontalFlip(p=0.5)".
  virtual std::string describe() const = 0;

 protected:
  Transform() = default;
  Transform(const Transform&) = default;
  Transform& operator=(const Transform&) = default;

  virtual Image transform(const Image& image, const Params& params) const;
  virtual Mask transform(const Mask& mask, const Params& params) const;
  virtual BoundingBoxes transform(const BoundingBoxes& boxes, const Params& params) const;
  virtual KeyPoints transform(const KeyPoints& points, const Params& params) const;
  /// A plain tensor of the sample, such as a label.
  virtual Tensor transform(const Tensor& other, const Params& params) const;
};

/// Any transform, shared and unchanging; made of one by value.
class HEARTH_API AnyTransform {
 public:
  template <class T>
  requires std::is_base_of_v<Transform, T> AnyTransform(T transform)
      : transform_(std::make_shared<const T>(std::move(transform))) {}
  AnyTransform(std::shared_ptr<const Transform> transform) : transform_(std::move(transform)) {}

  const Transform& operator*() const { return *transform_; }
  const Transform* operator->() const { return transform_.get(); }

 private:
  std::shared_ptr<const Transform> transform_;
};

}  // namespace hearth::vision::transforms
