// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "hearth/datasets/vision/labeled_images.h"
#include "hearth/vision/classification/classifier.h"

/// Draws the images that were wrong with the most confidence, worst_mistakes.png and .svg.
void draw_worst_mistakes(const std::string& folder, const hearth::datasets::LabeledImages& test,
                         const hearth::Tensor& probabilities,
                         const std::vector<std::string>& classes);
