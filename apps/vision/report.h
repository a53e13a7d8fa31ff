// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "hearth/datasets/vision/labeled_images.h"
#include "hearth/vision/classification/classifier.h"

#include "vision/metrics.h"

/// Draws learning_curves, confusion_matrix and worst_mistakes into the folder, as .png and .svg;
/// `settings` says in a line how the model was trained.
void draw_pictures(const std::string& folder, const hearth::vision::ClassifierSpec& spec,
                   const std::string& settings, const std::vector<EpochRecord>& epochs,
                   const hearth::datasets::LabeledImages& test,
                   const hearth::Tensor& probabilities);

/// The class that is found least, and what it is mostly taken for, in a sentence.
std::string hardest_class(const std::vector<std::string>& classes, const hearth::Tensor& confusion);

/// The most memory this process had, in bytes.
int64_t peak_rss_bytes();
