// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hearth/hub/model_files.h"
#include "hearth/vision/classification/classifier.h"

namespace hearth::vision {

/// How from_pretrained opens what it is given.
struct PretrainedOptions {
  /// A file of weights, or a folder with one, to take instead of those that the model comes with.
  HEARTH_ARG(std::string, weights);
  /// How the hub is asked.
  HEARTH_ARG(hub::HubOptions, hub);
  /// Classes of one's own, for fine-tuning: where they are others than the model's, its last layer
  /// gets fresh weights for them, which is said on stderr; all other layers keep theirs.
  HEARTH_ARG(std::vector<std::string>, classes);
  /// The same, with numbers for names.
  HEARTH_ARG(std::optional<int64_t>, num_classes);
  /// For images of other channels than the model's, such as gray ones (1): the first convolution is
  /// summed, see models::LoadWeightsOptions::adapt_input.
  HEARTH_ARG(std::optional<int64_t>, in_channels);
  /// For images of another size. Vision transformers get their embedding of positions scaled.
  HEARTH_ARG(std::optional<Size>, image_size);
};

/// A classifier with its weights, from
///
///  - a file: a training's model.safetensors, which describes itself, or weights in any form that
///    TensorFile reads with a config.json beside them;
///  - a folder: config.json and model.safetensors, model.safetensors.index.json, pytorch_model.bin
///    or pytorch_model.bin.index.json;
///  - a repository of Hugging Face's hub with such files, "ORG/NAME" or "ORG/NAME@REVISION", where
///    there is no file or folder of that name;
///  - the name of an architecture ("resnet50") with PretrainedOptions::weights: a bare state dict,
///    such as torchvision's .pth files. It says how many classes there are; they are numbered.
///
/// Weights may have the names of others, see models::load_weights. config.json names the
/// architecture (Hearth's by "model_type", timm's by "architecture", or one of Hugging Face's
/// transformers: resnet, vit, convnext and efficientnet of the usual sizes), the images
/// ("num_channels", "image_size") and classes ("id2label", "label_names" or "num_labels");
/// normalization and cropping ("image_mean", "image_std", "resize_size") stand there as well, in
/// timm's "pretrained_cfg" or in preprocessor_config.json. Throws FileError, FormatError and
/// NetworkError, which name the file and say what was expected.
HEARTH_API Classifier from_pretrained(const std::string& name_or_path,
                                      const PretrainedOptions& options = {});

using hub::open_weights;

/// A classifier with the weights of a file, changed as the options say (their `weights` and `hub`
/// are not looked at): what from_pretrained does once it knows both.
HEARTH_API Classifier fit_classifier(ClassifierSpec spec, const TensorFile& file,
                                     const PretrainedOptions& options = {});

/// A spec of photographs as networks trained on ImageNet take them, with numbers for classes.
HEARTH_API ClassifierSpec photograph_spec(const std::string& architecture, int64_t num_classes);

/// Sets in a spec, which has its model, what the names of a file's tensors tell of the network:
/// EfficientNets and MobileNetV3s of timm and efficientnet_pytorch have an epsilon in their norms,
/// and padding, of their own.
HEARTH_API void read_conventions(const TensorFile& weights, ClassifierSpec& spec);

/// Writes config.json and model.safetensors into a folder, which is made if need be, as
/// from_pretrained reads them. Each file is whole or not there.
HEARTH_API void save_pretrained(const Classifier& classifier, const std::string& folder);

}  // namespace hearth::vision
