// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/adaptive.h"

#include <algorithm>
#include <cmath>

#include "hearth/nn/modules/sequential.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/softmax.h"
#include "hearth/ops/view.h"

#include "nn/builtin.h"
#include "tensor/host_read.h"

namespace hearth::nn {

AdaptiveLogSoftmaxWithLossImpl::AdaptiveLogSoftmaxWithLossImpl(int64_t in_features,
                                                               int64_t n_classes,
                                                               std::vector<int64_t> cutoffs_)
    : AdaptiveLogSoftmaxWithLossImpl(
          AdaptiveLogSoftmaxWithLossOptions(in_features, n_classes, std::move(cutoffs_))) {}
AdaptiveLogSoftmaxWithLossImpl::AdaptiveLogSoftmaxWithLossImpl(
    const AdaptiveLogSoftmaxWithLossOptions& options_)
    : options(options_) {
  AdaptiveLogSoftmaxWithLossImpl::reset();
}

void AdaptiveLogSoftmaxWithLossImpl::reset() {
  cutoffs = options.cutoffs();
  int64_t before = 0;
  for (int64_t cutoff : cutoffs) {
    HEARTH_CHECK_AS(ValueError, cutoff > before && cutoff < options.n_classes(),
                    "[AdaptiveLogSoftmaxWithLoss] cutoffs should be a sequence of unique, positive "
                    "integers sorted in an increasing order, where each value is between 1 and "
                    "n_classes-1, got ",
                    IntArrayRef(cutoffs), " for ", options.n_classes(), " classes");
    before = cutoff;
  }
  HEARTH_CHECK_AS(ValueError, !cutoffs.empty(),
                  "[AdaptiveLogSoftmaxWithLoss] expected at least one cutoff");
  cutoffs.push_back(options.n_classes());
  shortlist_size = cutoffs[0];
  n_clusters = static_cast<int64_t>(cutoffs.size()) - 1;
  head_size = shortlist_size + n_clusters;

  const int64_t features = options.in_features();
  head =
      register_module("head", Linear(LinearOptions(features, head_size).bias(options.head_bias())));
  tail = register_module("tail", ModuleList());
  for (int64_t i = 0; i < n_clusters; ++i) {
    const auto c = static_cast<size_t>(i);
    const auto inner =
        static_cast<int64_t>(static_cast<double>(features) / std::pow(options.div_value(), i + 1));
    tail->push_back(
        Sequential(Linear(LinearOptions(features, inner).bias(false)),
                   Linear(LinearOptions(inner, cutoffs[c + 1] - cutoffs[c]).bias(false))));
  }
}

void AdaptiveLogSoftmaxWithLossImpl::reset_parameters() {
  head->reset_parameters();
  for (const auto& cluster : *tail)
    for (const auto& layer : cluster->children()) layer->as<LinearImpl>()->reset_parameters();
}

Tensor AdaptiveLogSoftmaxWithLossImpl::cluster_log_prob(int64_t cluster, const Tensor& input) {
  const auto module = tail->ptr(static_cast<size_t>(cluster));
  return log_softmax(module->as<SequentialImpl>()->forward(input), 1);
}

ASMoutput AdaptiveLogSoftmaxWithLossImpl::forward(const Tensor& input, const Tensor& target) {
  HEARTH_CHECK_AS(ShapeError, target.dim() <= 1,
                  "[AdaptiveLogSoftmaxWithLoss] 0D or 1D target tensor expected, multi-target not "
                  "supported; got ",
                  target.sizes());
  HEARTH_CHECK_AS(ShapeError, input.dim() == target.dim() + 1, "[AdaptiveLogSoftmaxWithLoss] ",
                  target.dim(), "D target tensor expects ", target.dim() + 1,
                  "D input tensors, but found inputs with sizes ", input.sizes(), ".");
  if (target.dim() == 0) {
    const ASMoutput one = forward(input.unsqueeze(0), target.unsqueeze(0));
    return {one.output.squeeze(0), one.loss};
  }
  HEARTH_CHECK_AS(ShapeError, input.size(0) == target.size(0),
                  "[AdaptiveLogSoftmaxWithLoss] Input and target should have the same size in the "
                  "batch dimension, got ",
                  input.size(0), " and ", target.size(0));
  check_host_read("AdaptiveLogSoftmaxWithLoss");

  // Where the head has each target: its own place, or that of its cluster.
  Tensor place = target;
  Tensor output = zeros(target.sizes(), input.options());
  int64_t used = target.lt(shortlist_size).logical_and(target.ge(0)).sum().item<int64_t>();
  for (int64_t i = 0; i < n_clusters; ++i) {
    const auto c = static_cast<size_t>(i);
    const Tensor inside = target.ge(cutoffs[c]).logical_and(target.lt(cutoffs[c + 1]));
    const Tensor rows = nonzero(inside).squeeze(1);
    if (rows.numel() == 0) continue;
    used += rows.numel();
    place = place.masked_fill(inside, shortlist_size + i);
    const Tensor local = target.index_select(0, rows) - cutoffs[c];
    const Tensor log_probs = cluster_log_prob(i, input.index_select(0, rows));
    output = output.index_copy(0, rows, log_probs.gather(1, local.unsqueeze(1)).squeeze(1));
  }
  if (used != target.numel())
    throw ValueError(cat_str("[AdaptiveLogSoftmaxWithLoss] Target values should be in [0, ",
                             options.n_classes() - 1, "], but values in range [",
                             target.min().item<int64_t>(), ", ", target.max().item<int64_t>(),
                             "] were found."));
  const Tensor head_log_prob = log_softmax(head(input), 1);
  output = output + head_log_prob.gather(1, place.unsqueeze(1)).squeeze(1);
  return {output, -output.detach().mean().item<double>()};
}

Tensor AdaptiveLogSoftmaxWithLossImpl::_get_full_log_prob(const Tensor& input,
                                                          const Tensor& head_output) {
  const Tensor head_log_prob = log_softmax(head_output, 1);
  std::vector<Tensor> parts{head_log_prob.narrow(1, 0, shortlist_size)};
  for (int64_t i = 0; i < n_clusters; ++i)
    parts.push_back(cluster_log_prob(i, input) + head_log_prob.narrow(1, shortlist_size + i, 1));
  return cat(parts, 1);
}

Tensor AdaptiveLogSoftmaxWithLossImpl::log_prob(const Tensor& input) {
  return _get_full_log_prob(input, head(input));
}

Tensor AdaptiveLogSoftmaxWithLossImpl::predict(const Tensor& input) {
  const Tensor head_output = head(input);
  const Tensor best = head_output.argmax(1);
  check_host_read("AdaptiveLogSoftmaxWithLoss");
  const Tensor rows = nonzero(best.ge(shortlist_size)).squeeze(1);
  if (rows.numel() == 0) return best;
  const Tensor log_probs =
      _get_full_log_prob(input.index_select(0, rows), head_output.index_select(0, rows));
  return best.index_copy(0, rows, log_probs.argmax(1));
}

void AdaptiveLogSoftmaxWithLossImpl::pretty_print(std::ostream& stream) const {
  stream << "torch::nn::AdaptiveLogSoftmaxWithLoss";
}
HEARTH_DEFINE_CLONE(AdaptiveLogSoftmaxWithLossImpl)

}  // namespace hearth::nn
