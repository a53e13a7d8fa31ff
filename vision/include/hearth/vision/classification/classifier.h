// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hearth/io/tensor_file.h"
#include "hearth/train/classification.h"
#include "hearth/vision/classification/augmentation.h"
#include "hearth/vision/classification/fit.h"
#include "hearth/vision/models/image_classifier.h"
#include "hearth/vision/models/load_weights.h"
#include "hearth/vision/transforms/modes.h"

namespace hearth::vision {

/// All that makes a classifier usable besides its weights.
struct ClassifierSpec {
  /// A name that models::create_model knows.
  std::string model;
  models::ImageShape shape;
  std::vector<std::string> classes;
  /// The data set it learns from, for the reader.
  std::string dataset;
  /// Of each channel, in [0, 1]: inputs are (pixel / 255 - mean) / stddev.
  std::vector<double> mean, stddev;
  /// What the shorter side of a picture becomes, before the middle of it is cut out in the model's
  /// size; 0: the whole picture is filled up to the model's proportions.
  int64_t resize_size = 0;
  /// With a resize_size of 0: whether the whole picture is stretched to the model's size instead,
  /// as Hugging Face's vision transformers take it.
  bool stretch = false;
  /// How photographs are scaled for the two.
  transforms::InterpolationMode interpolation = transforms::InterpolationMode::Bilinear;
  /// Of residual networks for small images: models::ModelOptions::small_stem.
  bool small_stem = false;
  /// Of weights that others trained: models::ModelOptions::norm_eps and same_padding.
  std::optional<double> norm_eps;
  std::optional<bool> same_padding;
};

/// "nearest", "bilinear", "bicubic", "box", "hamming" and "lanczos", and back. ValueError for
/// another name.
HEARTH_API transforms::InterpolationMode interpolation_mode(const std::string& name);
HEARTH_API const char* name_of(transforms::InterpolationMode interpolation);

/// The mean and standard deviation of each channel of uint8 images [N, C, H, W], in [0, 1], into
/// the spec.
HEARTH_API void set_normalization(ClassifierSpec& spec, const Tensor& pixels);

/// A network with its classes and preprocessing, in one safetensors file.
class HEARTH_API Classifier {
 public:
  /// With fresh weights.
  explicit Classifier(ClassifierSpec spec);
  /// With the weights of a file, see models::load_weights. Throws FormatError for those of another
  /// model, which says what is missing, unexpected or of another shape.
  Classifier(ClassifierSpec spec, const TensorFile& weights,
             const models::LoadWeightsOptions& options = {});
  /// From a file that save wrote. Throws FileError or FormatError.
  static Classifier load(const std::string& path);
  static Classifier load(const TensorFile& file);
  /// Whether a file says what it is the weights of, as those of save do.
  static bool describes_itself(const TensorFile& file);
  /// What such a file says. Throws FormatError.
  static ClassifierSpec spec_of(const TensorFile& file);
  /// Weights as tensors with PyTorch's names, the spec as metadata; whole or not at all.
  void save(const std::string& path) const;

  const ClassifierSpec& spec() const { return spec_; }
  models::ImageClassifierImpl& model() const { return *model_; }

  /// Moves the model; probabilities and training then run there. Inputs and results stay on the
  /// CPU.
  void to(Device device);
  Device device() const { return device_; }

  /// The images of these indices among uint8 images [N, C, H, W], as float and channels-last, ready
  /// for the model. With an augmentation, each image is changed as (seed, its index) says.
  Tensor input(const Tensor& pixels, ArrayRef<size_t> indices,
               const Augmentation& augmentation = {}, uint64_t seed = 0) const;
  /// The probability of each class, float [N, classes], of uint8 images in the model's size.
  Tensor probabilities(const Tensor& pixels, int64_t batch_size = 500) const;
  /// A picture of any size as this model wants it; options.framing follows from the data set that
  /// the model learned from. `done` says what was done to the picture.
  Tensor fit(const Tensor& picture, const FitOptions& options = {}, Fitted* done = nullptr) const;

 private:
  ClassifierSpec spec_;
  std::shared_ptr<models::ImageClassifierImpl> model_;
  Device device_ = kCPU;
};

using train::evaluate;
using train::Evaluation;
using train::worst_mistakes;

}  // namespace hearth::vision
