// SPDX-License-Identifier: Apache-2.0
// How far a classifier's confidence can be believed.
#pragma once

#include <cstdint>
#include <vector>

#include "hearth/tensor/tensor.h"

#include "common/plot/charts.h"

struct Calibration {
  /// Pictures whose best class had a probability of [i / bins, (i + 1) / bins).
  struct Bin {
    int64_t count = 0;
    double confidence = 0, accuracy = 0;  ///< their means; 0 for no pictures
  };
  std::vector<Bin> bins;
  /// The expected calibration error: the mean distance of the two, weighted by count.
  double error = 0;
};

/// Of probabilities, float [N, K], and targets, int64 [N].
Calibration calibration_of(const hearth::Tensor& probabilities, const hearth::Tensor& targets,
                           size_t bins = 15);

/// How often it is right beside how sure it is, and how sure it is how often.
plot::Scene reliability_diagram(const Calibration& calibration, const plot::Titles& titles);
