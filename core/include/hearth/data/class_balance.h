// SPDX-License-Identifier: Apache-2.0
// Examples of classes, divided and drawn fairly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "hearth/base/array_ref.h"
#include "hearth/base/macros.h"

namespace hearth {
class Tensor;
}

namespace hearth::data {

/// Which examples are to learn from, and which to test with.
struct StratifiedSplit {
  std::vector<size_t> train, test;
};

/// Takes that share of each class for testing, rounded, but at least one and not all; the one
/// example of a class that has no other is for training. `targets`: the class of each example. The
/// seed and the number of a class's examples decide which. Indices are in order. Throws ValueError
/// unless 0 < test_share < 1.
HEARTH_API StratifiedSplit stratified_split(ArrayRef<int64_t> targets, double test_share,
                                            uint64_t seed = 0);

/// Weights with which a WeightedRandomSampler draws all classes equally often: for each example one
/// over the number of examples of its class.
HEARTH_API std::vector<double> class_balanced_weights(ArrayRef<int64_t> targets);

/// The same of targets in a tensor, integers [N].
HEARTH_API StratifiedSplit stratified_split(const Tensor& targets, double test_share,
                                            uint64_t seed = 0);
HEARTH_API std::vector<double> class_balanced_weights(const Tensor& targets);

}  // namespace hearth::data
