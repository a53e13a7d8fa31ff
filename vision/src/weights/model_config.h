// SPDX-License-Identifier: Apache-2.0
// What config.json and the files beside it say, of Hearth's own models and of others'.
#pragma once

#include "hearth/hub/model_files.h"
#include "hearth/vision/classification/classifier.h"

namespace hearth::vision::weights {

/// The architecture, in Hearth's terms: fills in spec.model, norm_eps and same_padding. A name of
/// timm's ("architecture"), the sizes of a model of Hugging Face's transformers ("model_type"), or
/// a name of Hearth's. Throws FormatError for one that Hearth doesn't have.
void read_architecture(const hub::ModelSettings& settings, ClassifierSpec& spec);

/// The same of a file of weights alone, as far as the names of its tensors tell whose it is: fills
/// in norm_eps and same_padding of a spec that has its model.
void read_architecture(const TensorFile& weights, ClassifierSpec& spec);

/// The images: shape, mean, stddev, resize_size, stretch and interpolation.
void read_preprocessing(const hub::ModelSettings& settings, ClassifierSpec& spec);

}  // namespace hearth::vision::weights
