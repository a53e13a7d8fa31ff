// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/base/arg.h"
#include "hearth/nn/modules/containers.h"
#include "hearth/nn/modules/linear.h"

namespace hearth::nn {

/// Options of AdaptiveLogSoftmaxWithLoss.
struct AdaptiveLogSoftmaxWithLossOptions {
  AdaptiveLogSoftmaxWithLossOptions(int64_t in_features, int64_t n_classes,
                                    std::vector<int64_t> cutoffs)
      : in_features_(in_features), n_classes_(n_classes), cutoffs_(std::move(cutoffs)) {}
  HEARTH_ARG(int64_t, in_features);
  HEARTH_ARG(int64_t, n_classes);
  /// The first class of each cluster, increasing; those before the first are the shortlist.
  HEARTH_ARG(std::vector<int64_t>, cutoffs);
  /// By how much the features shrink from cluster to cluster.
  HEARTH_ARG(double, div_value) = 4.;
  HEARTH_ARG(bool, head_bias) = false;
};

/// What AdaptiveLogSoftmaxWithLoss computes: the log-probability of each target, and the mean of
/// their negatives as a number. `(-output).mean()` is the same with a gradient.
struct ASMoutput {
  Tensor output;
  double loss;
};

/// Softmax over many classes, sorted by falling frequency: frequent ones have their logits in the
/// head, rare ones in clusters of which only those that occur are computed.
class HEARTH_API AdaptiveLogSoftmaxWithLossImpl : public Module {
 public:
  AdaptiveLogSoftmaxWithLossImpl(int64_t in_features, int64_t n_classes,
                                 std::vector<int64_t> cutoffs_);
  explicit AdaptiveLogSoftmaxWithLossImpl(const AdaptiveLogSoftmaxWithLossOptions& options_);
  HEARTH_BUILTIN_MODULE(AdaptiveLogSoftmaxWithLossImpl)
  void reset_parameters();
  /// input [N, in_features] and target [N] with class indices, or [in_features] and 0-dim.
  ASMoutput forward(const Tensor& input, const Tensor& target);
  /// The log-probabilities of all classes [N, n_classes].
  Tensor log_prob(const Tensor& input);
  /// The likeliest class of each row; clusters are computed only where the head chose one.
  Tensor predict(const Tensor& input);
  Tensor _get_full_log_prob(const Tensor& input, const Tensor& head_output);

  AdaptiveLogSoftmaxWithLossOptions options;
  std::vector<int64_t> cutoffs;  ///< those of the options, then n_classes
  int64_t shortlist_size = 0;
  int64_t n_clusters = 0;
  int64_t head_size = 0;
  Linear head = nullptr;
  ModuleList tail = nullptr;

 private:
  Tensor cluster_log_prob(int64_t cluster, const Tensor& input);
};
HEARTH_MODULE(AdaptiveLogSoftmaxWithLoss);

}  // namespace hearth::nn
