// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hearth/vision/classification/classifier.h"
#include "hearth/vision/classification/picture_source.h"

/// Draws the pictures that were wrong with the most confidence, worst_mistakes.png and .svg.
/// `targets`: the true class of each, int64 [N], an index into the classifier's classes.
void draw_worst_mistakes(const std::string& folder, const hearth::vision::Classifier& classifier,
                         const hearth::vision::PictureSource& test,
                         const hearth::Tensor& probabilities, const hearth::Tensor& targets);
