// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <vector>

#include "hearth/tensor/tensor.h"

namespace hearth::train {

/// What a network says of a batch in training: one row of classes for each example.
struct Scores {
  /// By a classifier in the middle of the network, and what its loss counts beside the last one's.
  struct Auxiliary {
    Tensor scores;
    double weight = 1;
  };

  Scores(Tensor last, std::vector<Auxiliary> others = {})
      : scores(std::move(last)), auxiliary(std::move(others)) {}

  Tensor scores;
  std::vector<Auxiliary> auxiliary;
};

}  // namespace hearth::train
