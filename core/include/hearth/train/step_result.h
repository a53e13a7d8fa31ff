// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "hearth/base/inline_vector.h"
#include "hearth/tensor/tensor.h"

namespace hearth::train {

/// What a training or validation step gives back: the loss, and named values to log.
///
///     return {loss, {{"accuracy", right.mean()}}};
struct StepResult {
  /// A number, or a tensor of one element, which is read when the batch is done.
  struct Value {
    Value(std::string n, Tensor t) : name(std::move(n)), tensor(std::move(t)) {}
    Value(std::string n, double v) : name(std::move(n)), number(v) {}
    std::string name;
    Tensor tensor;
    double number = 0;
  };

  /// Without a loss: the step has optimized by itself.
  StepResult() = default;
  StepResult(Tensor l) : loss(std::move(l)) {}
  StepResult(Tensor l, InlineVector<Value, 4> v) : loss(std::move(l)), values(std::move(v)) {}

  /// How much the batch counts in means over batches: the number of its samples, or of its tokens
  /// that are not padding. 1 makes all batches equal.
  StepResult& weigh(double w) {
    weight = w;
    return *this;
  }

  Tensor loss;
  InlineVector<Value, 4> values;
  double weight = 1;
};

}  // namespace hearth::train
