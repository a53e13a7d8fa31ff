// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/linear_cross_entropy.h"

#include <algorithm>

#include "hearth/autograd/checkpoint.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/shape.h"
#include "hearth/ops/view.h"

#include "nn/builtin.h"

namespace hearth::nn {

namespace functional {

namespace {

/// What is computed of some inputs: their logits, and the losses of these.
struct Loss {
  DimVector logit_dims;  ///< [classes, ...]
  bool has_bias;
  CrossEntropyFuncOptions cross;
  ScalarType type;  ///< of the losses

  /// parts: inputs, targets, the layer's weight as a matrix, and its bias as a vector if any.
  Tensor operator()(const autograd::variable_list& parts) const {
    const Tensor& input = parts[0];
    const Tensor flat = hearth::linear(input, parts[2], has_bias ? parts[3] : Tensor());
    DimVector sizes(input.sizes().slice(0, input.sizes().size() - 1));
    for (const int64_t n : logit_dims) sizes.push_back(n);
    return cross_entropy(flat.reshape(sizes).to(type), parts[1], cross);
  }
};

/// What the sum of the losses is divided by for their mean.
Tensor weight_of(const Tensor& target, bool probabilities, int64_t classes,
                 const CrossEntropyFuncOptions& cross, const TensorOptions& options) {
  if (probabilities)
    return full({}, static_cast<double>(target.numel() / std::max<int64_t>(classes, 1)), options);
  const Tensor counts = target.ne(cross.ignore_index());
  if (!cross.weight().defined()) return counts.sum().to(options);
  return (cross.weight().index_select(0, target.where(counts, 0).reshape({-1})) *
          counts.reshape({-1}).to(cross.weight().scalar_type()))
      .sum()
      .to(options);
}

/// The losses of `rows` inputs after those of others, none of whose logits are kept.
Tensor by_chunks(Loss loss, autograd::variable_list parts, bool probabilities, int64_t rows,
                 reduction_t reduction) {
  const Tensor &input = parts[0], &target = parts[1];
  const bool single = std::holds_alternative<enumtype::kNone>(reduction);
  if (!single) loss.cross.reduction(kSum);
  // A half does not hold the sum of many.
  loss.type = promote_types(loss.type, kFloat);
  if (loss.cross.weight().defined()) loss.cross.weight(loss.cross.weight().to(loss.type));
  if (probabilities) parts[1] = parts[1].to(loss.type);
  std::vector<Tensor> losses;
  for (int64_t from = 0; from < input.size(0); from += rows) {
    const int64_t n = std::min(rows, input.size(0) - from);
    autograd::variable_list chunk = parts;
    chunk[0] = input.narrow(0, from, n);
    chunk[1] = target.narrow(0, from, n);
    losses.push_back(autograd::checkpoint(loss, chunk)[0]);
  }
  if (single) return cat(losses, 0).to(input.scalar_type());
  Tensor sum = stack(losses).sum();
  if (std::holds_alternative<enumtype::kMean>(reduction))
    sum = sum / weight_of(target, probabilities, loss.logit_dims[0], loss.cross,
                          TensorOptions(loss.type).device(input.device()));
  return sum.to(input.scalar_type());
}

}  // namespace

Tensor linear_cross_entropy(const Tensor& input, const Tensor& linear_weight, const Tensor& target,
                            const LinearCrossEntropyFuncOptions& options) {
  HEARTH_CHECK_AS(ShapeError, input.dim() == 1 || input.dim() == 2,
                  "[linear_cross_entropy] expected input with dimensionality 1 or 2, got ",
                  input.dim());
  HEARTH_CHECK_AS(ShapeError, linear_weight.dim() >= 2,
                  "[linear_cross_entropy] expected linear_weight with dimensionality at least 2, "
                  "got ",
                  linear_weight.dim());
  const int64_t features = input.size(-1);
  HEARTH_CHECK_AS(ShapeError, features == linear_weight.size(-1),
                  "[linear_cross_entropy] expected equal input and linear_weight last dimensions "
                  "(in_features), got ",
                  features, " and ", linear_weight.size(-1), ", respectively");
  Loss loss{DimVector(linear_weight.sizes().slice(0, linear_weight.sizes().size() - 1)),
            options.linear_bias().defined(),
            CrossEntropyFuncOptions()
                .weight(options.weight())
                .reduction(options.reduction())
                .ignore_index(options.ignore_index().value_or(-100))
                .label_smoothing(options.label_smoothing()),
            input.scalar_type()};
  HEARTH_CHECK_AS(ShapeError, !loss.has_bias || options.linear_bias().sizes() == loss.logit_dims,
                  "[linear_cross_entropy] expected linear_bias shape ", loss.logit_dims.ref(),
                  ", got ", loss.has_bias ? options.linear_bias().sizes() : IntArrayRef());
  HEARTH_CHECK_AS(ShapeError, input.dim() == 2 || loss.logit_dims.size() == 1,
                  "[linear_cross_entropy] K-dimensional loss defined by linear_weight shape ",
                  linear_weight.sizes(), " requires batched input, (N, ", features,
                  "), got unbatched input with shape ", input.sizes());
  DimVector logits(input.sizes().slice(0, input.sizes().size() - 1));
  for (const int64_t n : loss.logit_dims) logits.push_back(n);
  const bool probabilities = target.sizes() == logits;
  HEARTH_CHECK_AS(ValueError, !probabilities || !options.ignore_index(),
                  "[linear_cross_entropy] ignore_index cannot be specified when target contains "
                  "probabilities");

  autograd::variable_list parts{input, target, linear_weight.reshape({-1, features})};
  if (loss.has_bias) parts.push_back(options.linear_bias().reshape({-1}));
  if (!options.batch_chunk_size() || input.dim() == 1 || input.size(0) == 0) return loss(parts);

  int64_t rows = *options.batch_chunk_size();
  HEARTH_CHECK_AS(ValueError, rows >= 0,
                  "[linear_cross_entropy] expected a batch_chunk_size of at least 0, got ", rows);
  if (rows == 0)
    rows = std::max<int64_t>(1, input.numel() / std::max<int64_t>(1, parts[2].size(0)));
  HEARTH_CHECK_AS(ShapeError, target.dim() > 0 && target.size(0) == input.size(0),
                  "[linear_cross_entropy] expected a target for each of ", input.size(0),
                  " inputs, got one of sizes ", target.sizes());
  return by_chunks(std::move(loss), std::move(parts), probabilities, rows, options.reduction());
}

}  // namespace functional

LinearCrossEntropyLossImpl::LinearCrossEntropyLossImpl(int64_t in_features, int64_t num_classes)
    : LinearCrossEntropyLossImpl(LinearCrossEntropyLossOptions(in_features, num_classes)) {}
LinearCrossEntropyLossImpl::LinearCrossEntropyLossImpl(
    const LinearCrossEntropyLossOptions& options_)
    : options(options_) {
  LinearCrossEntropyLossImpl::reset();
}

void LinearCrossEntropyLossImpl::reset() {
  HEARTH_CHECK_AS(
      ShapeError,
      !options.weight().defined() || options.weight().sizes() == IntArrayRef(options.num_classes()),
      "[LinearCrossEntropyLoss] expected weight shape to be ", options.num_classes(), ", got ",
      options.weight().sizes());
  HEARTH_CHECK_AS(ValueError, options.label_smoothing() >= 0 && options.label_smoothing() <= 1,
                  "[LinearCrossEntropyLoss] expected label_smoothing to be in range [0, 1], got ",
                  options.label_smoothing());
  int64_t logits = options.num_classes();
  for (const int64_t n : options.out_features()) logits *= n;
  weight = register_buffer("weight", options.weight());
  linear = register_module(
      "linear", Linear(LinearOptions(options.in_features(), logits).bias(options.bias())));
}

Tensor LinearCrossEntropyLossImpl::forward(const Tensor& input, const Tensor& target) {
  DimVector sizes{options.num_classes()};
  for (const int64_t n : options.out_features()) sizes.push_back(n);
  const Tensor bias = linear->bias.defined() ? linear->bias.reshape(sizes) : Tensor();
  sizes.push_back(options.in_features());
  return functional::linear_cross_entropy(input, linear->weight.reshape(sizes), target,
                                          functional::LinearCrossEntropyFuncOptions()
                                              .linear_bias(bias)
                                              .weight(weight)
                                              .reduction(options.reduction())
                                              .ignore_index(options.ignore_index())
                                              .label_smoothing(options.label_smoothing())
                                              .batch_chunk_size(options.batch_chunk_size()));
}

void LinearCrossEntropyLossImpl::pretty_print(std::ostream& stream) const {
  stream << "torch::nn::LinearCrossEntropyLoss";
}
HEARTH_DEFINE_CLONE(LinearCrossEntropyLossImpl)

}  // namespace hearth::nn
