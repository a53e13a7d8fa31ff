// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "hearth/base/callable.h"
#include "hearth/data/example.h"
#include "hearth/data/sample_scope.h"

namespace hearth::data {

namespace detail {
/// Stacks (*part)(i) for i < n along a new first dim.
HEARTH_API Tensor stack_parts(const std::vector<Tensor>& parts);
/// A [n, 1, 1] tensor of these values.
HEARTH_API Tensor per_channel(ArrayRef<double> values);
HEARTH_API Tensor normalize(const Tensor& input, const Tensor& mean, const Tensor& stddev,
                            bool batch);
}  // namespace detail

namespace transforms {

/// Turns a batch into another.
template <typename InputBatch, typename OutputBatch>
class BatchTransform {
 public:
  using InputBatchType = InputBatch;
  using OutputBatchType = OutputBatch;
  virtual ~BatchTransform() = default;
  virtual OutputBatch apply_batch(InputBatch input_batch) = 0;
};

/// Turns one example into another. Random ones draw from the default generator, which a DataLoader
/// gives a stream per sample.
template <typename Input, typename Output>
class Transform : public BatchTransform<std::vector<Input>, std::vector<Output>> {
 public:
  using InputType = Input;
  using OutputType = Output;
  virtual Output apply(Input input) = 0;
  std::vector<Output> apply_batch(std::vector<Input> inputs) override {
    std::vector<Output> outputs;
    outputs.reserve(inputs.size());
    detail::SampleLoop loop;
    for (size_t i = 0; i < inputs.size(); ++i) {
      loop.enter(i);
      outputs.push_back(apply(std::move(inputs[i])));
    }
    return outputs;
  }
};

/// A function as a BatchTransform.
template <typename Input, typename Output = Input>
class BatchLambda : public BatchTransform<Input, Output> {
 public:
  using FunctionType = Callable<Output(Input)>;
  explicit BatchLambda(FunctionType function) : function_(std::move(function)) {}
  Output apply_batch(Input input_batch) override { return function_(std::move(input_batch)); }

 private:
  FunctionType function_;
};

/// A function as a Transform. Workers share the function object, so it must not change itself.
template <typename Input, typename Output = Input>
class Lambda : public Transform<Input, Output> {
 public:
  using FunctionType = Callable<Output(Input)>;
  explicit Lambda(FunctionType function) : function_(std::move(function)) {}
  Output apply(Input input) override { return function_(std::move(input)); }

 private:
  FunctionType function_;
};

/// Makes one example of many.
template <typename T, typename BatchType = std::vector<T>>
using Collation = BatchTransform<BatchType, T>;
template <typename T, typename BatchType = std::vector<T>>
using Collate = BatchLambda<BatchType, T>;

/// Stacks tensors along a new first dim.
template <typename T = Example<>>
struct Stack;

template <>
struct Stack<Example<>> : public Collation<Example<>> {
  Example<> apply_batch(std::vector<Example<>> examples) override {
    std::vector<Tensor> data, targets;
    data.reserve(examples.size());
    targets.reserve(examples.size());
    for (Example<>& e : examples) {
      data.push_back(std::move(e.data));
      targets.push_back(std::move(e.target));
    }
    return {detail::stack_parts(data), detail::stack_parts(targets)};
  }
};

template <>
struct Stack<TensorExample> : public Collation<TensorExample> {
  TensorExample apply_batch(std::vector<TensorExample> examples) override {
    std::vector<Tensor> data;
    data.reserve(examples.size());
    for (TensorExample& e : examples) data.push_back(std::move(e.data));
    return detail::stack_parts(data);
  }
};

/// Changes an example's data, which is a tensor, and leaves the target.
template <typename Target = Tensor>
class TensorTransform : public Transform<Example<Tensor, Target>, Example<Tensor, Target>> {
 public:
  virtual Tensor operator()(Tensor input) = 0;
  Example<Tensor, Target> apply(Example<Tensor, Target> input) override {
    input.data = (*this)(std::move(input.data));
    return input;
  }
};

/// A function as a TensorTransform.
template <typename Target = Tensor>
class TensorLambda : public TensorTransform<Target> {
 public:
  using FunctionType = Callable<Tensor(Tensor)>;
  explicit TensorLambda(FunctionType function) : function_(std::move(function)) {}
  Tensor operator()(Tensor input) override { return function_(std::move(input)); }

 private:
  FunctionType function_;
};

/// (input - mean) / stddev per channel of [C, H, W] images, or with one value for all channels.
/// Images of bytes become floats first, in their own range of 0 .. 255.
template <typename Target = Tensor>
struct Normalize : public TensorTransform<Target> {
  Normalize(ArrayRef<double> mean_values, ArrayRef<double> stddev_values)
      : mean(detail::per_channel(mean_values)), stddev(detail::per_channel(stddev_values)) {}
  Tensor operator()(Tensor input) override {
    return detail::normalize(input, mean, stddev, /*batch=*/false);
  }
  /// The same for a whole batch in one tensor, which spares datasets making single examples.
  Example<Tensor, Target> apply_stacked(Example<Tensor, Target> batch) {
    batch.data = detail::normalize(batch.data, mean, stddev, /*batch=*/true);
    return batch;
  }

  Tensor mean, stddev;
};

}  // namespace transforms
}  // namespace hearth::data
