// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hearth/audio/classification/classifier.h"
#include "hearth/hub/model_files.h"

namespace hearth::audio {

using hub::PretrainedOptions;

/// A classifier with its weights, from a file that describes itself (a training's
/// model.safetensors), or a file, a folder or a repository of the hub with config.json; see
/// hub::model_files. config.json names the architecture ("model_type"), the classes ("id2label",
/// "label_names" or "num_labels"), and of the front end what is not FrontEndOptions' default:
/// "sampling_rate", "num_samples" (of a clip), "num_mel_bins", "n_fft", "win_length", "hop_length",
/// "f_min", "f_max", "mean" and "std", which may stand in preprocessor_config.json as well. Throws
/// FileError, FormatError and NetworkError, which name the file and say what was expected.
HEARTH_API Classifier from_pretrained(const std::string& name_or_path,
                                      const PretrainedOptions& options = {});

/// Writes config.json and model.safetensors into a folder, which is made if need be, as
/// from_pretrained reads them. Each file is whole or not there.
HEARTH_API void save_pretrained(const Classifier& classifier, const std::string& folder);

}  // namespace hearth::audio
