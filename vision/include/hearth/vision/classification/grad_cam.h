// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "hearth/vision/classification/classifier.h"

namespace hearth::vision {

/// Which parts of a picture speak for a class.
struct GradCam {
  /// float [h, w] in [0, 1], in the resolution of the layer; all 0 where nothing speaks for it.
  Tensor heat;
  /// The path of the layer that it is of: "layer4".
  std::string layer;
};

/// Grad-CAM (Selvaraju et al., 2017): the activations of a layer, each channel weighed by the mean
/// of its gradient by the class's score, and what is left of their sum above 0. `pixels`: uint8
/// [C, H, W] in the model's size. `layer` is a path in the model ("layer4.1", "features"), whose
/// output must be maps [1, C, h, w] or [1, h, w, C], or tokens [1, h * w, C], with or without a
/// class token before them and in the proportions of the picture; by default the last whose maps
/// have more than one place, and a gradient. Throws ValueError for a layer that there is not, or
/// that has none.
HEARTH_API GradCam grad_cam(const Classifier& classifier, const Tensor& pixels, int64_t class_index,
                            const std::string& layer = {});

}  // namespace hearth::vision
