// SPDX-License-Identifier: Apache-2.0
// What is said and drawn of a classifier after its training.
#pragma once

#include <string>
#include <vector>

#include "hearth/train/classification.h"

#include "common/plot/charts.h"
#include "common/training/metrics.h"

/// "cnn on digits: 98.1% of 360 test images right", with `settings`, how it was trained, below.
plot::Titles titles_of(const std::string& model, const std::string& dataset, double accuracy,
                       int64_t tests, const char* examples, const std::string& settings);

/// Draws learning_curves and confusion_matrix into the folder, as .png and .svg.
void draw_training(const std::string& folder, const plot::Titles& titles,
                   const std::vector<EpochRecord>& epochs, const hearth::Tensor& confusion,
                   const std::vector<std::string>& classes);

/// The class that is found least, and what it is mostly taken for, in a sentence.
std::string hardest_class(const std::vector<std::string>& classes, const hearth::Tensor& confusion);

/// The most memory this process had, in bytes.
int64_t peak_rss_bytes();
