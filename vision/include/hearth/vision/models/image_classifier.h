// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hearth/nn/module.h"

namespace hearth::vision::models {

/// What a classifier takes and gives.
struct ImageShape {
  int64_t channels = 1;
  int64_t height = 28;
  int64_t width = 28;
};

/// A network from images to class scores; the base of the classifiers here.
class HEARTH_API ImageClassifierImpl : public nn::Module {
 public:
  ~ImageClassifierImpl() override;
  /// Images [N, C, H, W], float, to unnormalised scores [N, num_classes].
  virtual Tensor forward(const Tensor& images) = 0;
};

/// The names that make_classifier knows, in alphabetical order of their files.
HEARTH_API std::vector<std::string> classifier_names();

/// What training a classifier from fresh weights takes, when nobody says otherwise.
struct TrainingHints {
  int64_t epochs = 6;
  double lr = 4e-3;  ///< the highest learning rate
};
/// ValueError for an unknown name.
HEARTH_API TrainingHints training_hints(const std::string& name);

/// How many weights the layers have whose size follows the shape and the classes: a lower bound of
/// what make_classifier will make.
HEARTH_API int64_t least_weights(const std::string& name, const ImageShape& shape,
                                 int64_t num_classes);

/// A classifier by name for images of this shape, with fresh weights. ValueError for another name
/// or a shape that it cannot take.
HEARTH_API std::shared_ptr<ImageClassifierImpl> make_classifier(const std::string& name,
                                                                const ImageShape& shape,
                                                                int64_t num_classes);

}  // namespace hearth::vision::models
