// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "hearth/vision/classification/classifier.h"

#include "common/options.h"

inline constexpr char kModelHelp[] =
    "A pretrained model's name (see the command models), a training's folder or checkpoint, a "
    "file, "
    "a folder with config.json, or ORG/NAME on Hugging Face's hub";
inline constexpr char kWeightsHelp[] =
    "Weights to take instead of the model's own: a file, a folder, a training or a checkpoint. "
    "What a training left says itself what it is, and needs no --model";

/// --model and --weights.
struct ModelChoice {
  std::optional<std::string> model, weights;

  void declare(OptionList& options);
  /// Throws UsageError if neither is given.
  hearth::vision::Classifier open() const;
  /// What messages call it.
  const std::string& name() const { return model ? *model : *weights; }
};

/// The weights that a network begins with: those of `weights`, or its published ones, whichever are
/// the newest. A file that says itself what it is needs no fitting name. Throws what opening and
/// downloading throw, and ValueError for a network without published weights.
hearth::vision::Classifier open_trained(const std::string& network,
                                        const std::optional<std::string>& weights);
