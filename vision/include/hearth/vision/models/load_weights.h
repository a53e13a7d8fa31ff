// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "hearth/base/arg.h"
#include "hearth/base/callable.h"
#include "hearth/io/tensor_file.h"
#include "hearth/vision/models/image_classifier.h"

namespace hearth::vision::models {

/// How weights of another network than the one at hand are made to fit.
struct LoadWeightsOptions {
  /// Leaves the layers that make scores (ImageClassifierImpl::heads) as they are, for classes of
  /// one's own. What the file has for them is not looked at.
  HEARTH_ARG(bool, fresh_head) = false;
  /// Lets a first convolution of other channels fit: summed to one, or the mean repeated and scaled
  /// for several, so that a picture that is the same in all channels gives what it gave.
  HEARTH_ARG(bool, adapt_input) = false;
  /// Scales the embedding of positions of a vision transformer to the network's own grid.
  HEARTH_ARG(bool, adapt_positions) = false;
};

/// Gives a network the weights of a file: under torchvision's names, also those of its older
/// versions; those of timm, of Hugging Face's transformers or of efficientnet_pytorch (ResNet,
/// MobileNetV3, EfficientNet, ViT, ConvNeXt), which their tensors tell; alone, or within what a
/// training wrote ("state_dict", "model"; averaged ones, "model_ema", come first), with or without
/// "module." before each name. Half precision becomes the network's own. Throws FileError, and
/// FormatError if it holds other weights, which names what is missing and what is too much.
HEARTH_API void load_weights(ImageClassifierImpl& model, const TensorFile& file,
                             const LoadWeightsOptions& options = {});

/// The same of a network that `make` builds once it is told how many numbers the file holds, so
/// that it need not take memory for a large one because a small file says so.
HEARTH_API void load_weights(const TensorFile& file,
                             const Callable<ImageClassifierImpl&(int64_t numbers)>& make,
                             const LoadWeightsOptions& options = {});

/// How many classes the weights of a file tell apart, for a network of that name; nullopt if its
/// last layer is not found there.
HEARTH_API std::optional<int64_t> classes_of_weights(const std::string& name,
                                                     const TensorFile& file);

}  // namespace hearth::vision::models
