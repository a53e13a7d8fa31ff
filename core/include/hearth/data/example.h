// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "hearth/tensor/tensor.h"

namespace hearth::data {

namespace example {
using NoTarget = void;
}

/// What a dataset gives for one index, and after collation for a batch.
template <typename Data = Tensor, typename Target = Tensor>
struct Example {
  using DataType = Data;
  using TargetType = Target;
  Example() = default;
  Example(Data d, Target t) : data(std::move(d)), target(std::move(t)) {}
  Data data;
  Target target;
};

template <typename Data>
struct Example<Data, example::NoTarget> {
  using DataType = Data;
  using TargetType = example::NoTarget;
  Example() = default;
  Example(Data d) : data(std::move(d)) {}
  operator Data&() { return data; }
  operator const Data&() const { return data; }
  Data data;
};

/// Data without a target.
using TensorExample = Example<Tensor, example::NoTarget>;

}  // namespace hearth::data
