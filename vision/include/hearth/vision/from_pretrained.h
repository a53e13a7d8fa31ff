// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hearth/hub/model_files.h"
#include "hearth/vision/classification/classifier.h"

namespace hearth::vision {

using hub::PretrainedOptions;

/// A classifier with its weights, from
///
///  - a file: a training's model.safetensors, which describes itself, or weights in any form that
///    TensorFile reads with a config.json beside them;
///  - a folder: config.json and model.safetensors, model.safetensors.index.json, pytorch_model.bin
///    or pytorch_model.bin.index.json;
///  - a repository of Hugging Face's hub with such files, "ORG/NAME" or "ORG/NAME@REVISION", where
///    there is no file or folder of that name.
///
/// config.json names the architecture ("model_type", or timm's "architecture"), the images
/// ("num_channels", "image_size") and classes ("id2label", "label_names" or "num_labels");
/// normalization and cropping ("image_mean", "image_std", "resize_size") stand there as well, in
/// timm's "pretrained_cfg" or in preprocessor_config.json. Throws FileError, FormatError and
/// NetworkError, which name the file and say what was expected.
HEARTH_API Classifier from_pretrained(const std::string& name_or_path,
                                      const PretrainedOptions& options = {});

using hub::open_weights;

/// Writes config.json and model.safetensors into a folder, which is made if need be, as
/// from_pretrained reads them. Each file is whole or not there.
HEARTH_API void save_pretrained(const Classifier& classifier, const std::string& folder);

}  // namespace hearth::vision
