// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "hearth/audio/classification/classifier.h"

inline constexpr char kModelHelp[] =
    "A pretrained model's name (spoken-digits), a training's folder or checkpoint, a file, a "
    "folder "
    "with config.json, or ORG/NAME on Hugging Face's hub";
inline constexpr char kWeightsHelp[] =
    "Weights to take instead of the model's own: a file, a folder, a training or a checkpoint";

/// The classifier that --model names, with the weights of --weights if given.
hearth::audio::Classifier open_model(const std::string& model,
                                     const std::optional<std::string>& weights);
