// SPDX-License-Identifier: Apache-2.0
// How good a classifier is, class by class.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hearth/tensor/tensor.h"

struct ClassReport {
  std::string label;
  int64_t count = 0;     ///< pictures of the class
  double recall = 0;     ///< part of them that is found
  double precision = 0;  ///< part of those taken for it that are of it
  double f1 = 0;         ///< their harmonic mean
};

/// Of a confusion matrix, int64 [K, K]: [t][p] is how many of class t were taken for class p. What
/// would be divided by 0 is 0.
std::vector<ClassReport> class_reports(const hearth::Tensor& confusion,
                                       const std::vector<std::string>& classes);

/// A table, with at most `most` classes, those of the least F1.
std::string table_of(const std::vector<ClassReport>& reports, size_t most = 30);

/// The part of rows whose target is among the `k` most probable classes.
double top_accuracy(const hearth::Tensor& probabilities, const hearth::Tensor& targets, int64_t k);
