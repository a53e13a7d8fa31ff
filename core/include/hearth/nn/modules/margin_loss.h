// SPDX-License-Identifier: Apache-2.0
// Losses with margins and losses of sequences and distributions, as functions and modules; shapes
// and errors as those of hearth/ops/margin_loss.h and ctc_loss.h.
#pragma once

#include "hearth/base/callable.h"
#include "hearth/nn/modules/loss.h"

namespace hearth::nn {

/// Targets are 1 (near) and -1 (at least margin away).
struct HingeEmbeddingLossOptions {
  using reduction_t = nn::reduction_t;
  HEARTH_ARG(double, margin) = 1.0;
  HEARTH_ARG(reduction_t, reduction) = kMean;
};
/// Targets are 1 (alike) and -1 (a cosine of at most margin).
struct CosineEmbeddingLossOptions {
  using reduction_t = nn::reduction_t;
  HEARTH_ARG(double, margin) = 0.0;
  HEARTH_ARG(reduction_t, reduction) = kMean;
};
/// Targets are 1 (input1 is to be larger) and -1.
struct MarginRankingLossOptions {
  using reduction_t = nn::reduction_t;
  HEARTH_ARG(double, margin) = 0.0;
  HEARTH_ARG(reduction_t, reduction) = kMean;
};
/// p: 1 or 2; weight: a factor per class.
struct MultiMarginLossOptions {
  using reduction_t = nn::reduction_t;
  HEARTH_ARG(int64_t, p) = 1;
  HEARTH_ARG(double, margin) = 1.0;
  HEARTH_ARG(Tensor, weight) = {};
  HEARTH_ARG(reduction_t, reduction) = kMean;
};
/// Options of MultiLabelMarginLoss and F::multilabel_margin_loss.
struct MultiLabelMarginLossOptions {
  using reduction_t = nn::reduction_t;
  template <std::convertible_to<reduction_t> R = enumtype::kMean>
  MultiLabelMarginLossOptions(R reduction = {}) : reduction_(reduction) {}
  HEARTH_ARG(reduction_t, reduction);
};
/// weight: a factor per class.
struct MultiLabelSoftMarginLossOptions {
  using reduction_t = nn::reduction_t;
  HEARTH_ARG(Tensor, weight) = {};
  HEARTH_ARG(reduction_t, reduction) = kMean;
};
/// swap: measure the negative from the positive where that is nearer.
struct TripletMarginLossOptions {
  using reduction_t = nn::reduction_t;
  HEARTH_ARG(double, margin) = 1.0;
  /// The order of the distance.
  HEARTH_ARG(double, p) = 2.0;
  HEARTH_ARG(double, eps) = 1e-6;
  HEARTH_ARG(bool, swap) = false;
  HEARTH_ARG(reduction_t, reduction) = kMean;
};
/// distance_function: F::pairwise_distance if not set.
struct TripletMarginWithDistanceLossOptions {
  using reduction_t = nn::reduction_t;
  using distance_function_t = Callable<Tensor(const Tensor&, const Tensor&)>;
  HEARTH_ARG(std::optional<distance_function_t>, distance_function) = std::nullopt;
  HEARTH_ARG(double, margin) = 1.0;
  HEARTH_ARG(bool, swap) = false;
  HEARTH_ARG(reduction_t, reduction) = kMean;
};
/// blank: the class between labels.
struct CTCLossOptions {
  using reduction_t = nn::reduction_t;
  HEARTH_ARG(int64_t, blank) = 0;
  HEARTH_ARG(reduction_t, reduction) = kMean;
  /// Whether a target that does not fit its input costs nothing instead of infinity.
  HEARTH_ARG(bool, zero_infinity) = false;
};
/// eps: added to the rate before its logarithm, without log_input.
struct PoissonNLLLossOptions {
  using reduction_t = nn::reduction_t;
  /// Whether the input is the logarithm of the rate.
  HEARTH_ARG(bool, log_input) = true;
  /// Whether to add Stirling's approximation of log(target!).
  HEARTH_ARG(bool, full) = false;
  HEARTH_ARG(double, eps) = 1e-8;
  HEARTH_ARG(reduction_t, reduction) = kMean;
};
/// Options of GaussianNLLLoss and F::gaussian_nll_loss.
struct GaussianNLLLossOptions {
  using reduction_t = nn::reduction_t;
  /// Whether to add the constant log(2 pi) / 2.
  HEARTH_ARG(bool, full) = false;
  /// Smaller variances count as this.
  HEARTH_ARG(double, eps) = 1e-6;
  HEARTH_ARG(reduction_t, reduction) = kMean;
};

/// A loss whose forward takes the tensors in parentheses; `...` are further members.
#define HEARTH_LOSS(Name, parameters, ...)                   \
  class HEARTH_API Name##Impl : public Module {              \
   public:                                                   \
    explicit Name##Impl(const Name##Options& options_ = {}); \
    HEARTH_BUILTIN_MODULE(Name##Impl)                        \
    Tensor forward parameters;                               \
    Name##Options options;                                   \
    __VA_ARGS__                                              \
  };                                                         \
  HEARTH_MODULE(Name);
HEARTH_LOSS(HingeEmbeddingLoss, (const Tensor& input, const Tensor& target))
HEARTH_LOSS(CosineEmbeddingLoss, (const Tensor& input1, const Tensor& input2, const Tensor& target))
HEARTH_LOSS(MarginRankingLoss, (const Tensor& input1, const Tensor& input2, const Tensor& target))
HEARTH_LOSS(MultiMarginLoss, (const Tensor& input, const Tensor& target), Tensor weight;)
HEARTH_LOSS(MultiLabelMarginLoss, (const Tensor& input, const Tensor& target))
HEARTH_LOSS(MultiLabelSoftMarginLoss, (const Tensor& input, const Tensor& target), Tensor weight;)
HEARTH_LOSS(TripletMarginLoss,
            (const Tensor& anchor, const Tensor& positive, const Tensor& negative))
HEARTH_LOSS(TripletMarginWithDistanceLoss,
            (const Tensor& anchor, const Tensor& positive, const Tensor& negative))
HEARTH_LOSS(CTCLoss, (const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                      const Tensor& target_lengths))
HEARTH_LOSS(PoissonNLLLoss, (const Tensor& input, const Tensor& target))
HEARTH_LOSS(GaussianNLLLoss, (const Tensor& input, const Tensor& target, const Tensor& var))
#undef HEARTH_LOSS

namespace functional {

using HingeEmbeddingLossFuncOptions = HingeEmbeddingLossOptions;
using CosineEmbeddingLossFuncOptions = CosineEmbeddingLossOptions;
using MarginRankingLossFuncOptions = MarginRankingLossOptions;
using MultiMarginLossFuncOptions = MultiMarginLossOptions;
using MultilabelMarginLossFuncOptions = MultiLabelMarginLossOptions;
using MultilabelSoftMarginLossFuncOptions = MultiLabelSoftMarginLossOptions;
using TripletMarginLossFuncOptions = TripletMarginLossOptions;
using TripletMarginWithDistanceLossFuncOptions = TripletMarginWithDistanceLossOptions;
using CTCLossFuncOptions = CTCLossOptions;
using PoissonNLLLossFuncOptions = PoissonNLLLossOptions;
using GaussianNLLLossFuncOptions = GaussianNLLLossOptions;

/// input where target is 1, max(0, margin - input) where it is -1.
HEARTH_API Tensor hinge_embedding_loss(const Tensor& input, const Tensor& target,
                                       const HingeEmbeddingLossFuncOptions& options = {});
/// 1 - cos(input1, input2) where target is 1, max(0, cos - margin) where it is -1; inputs [N, D] or
/// [D], target [N] or [].
HEARTH_API Tensor cosine_embedding_loss(const Tensor& input1, const Tensor& input2,
                                        const Tensor& target,
                                        const CosineEmbeddingLossFuncOptions& options = {});
/// max(0, -target (input1 - input2) + margin).
HEARTH_API Tensor margin_ranking_loss(const Tensor& input1, const Tensor& input2,
                                      const Tensor& target,
                                      const MarginRankingLossFuncOptions& options = {});
/// The mean over classes i of max(0, margin - input[target] + input[i])^p; input [N, C] or [C],
/// target [N] or [].
HEARTH_API Tensor multi_margin_loss(const Tensor& input, const Tensor& target,
                                    const MultiMarginLossFuncOptions& options = {});
/// The mean of max(0, 1 - input[target j] + input[i]) over labels j and classes i that are none;
/// the target, of the input's shape, lists labels up to the first -1.
HEARTH_API Tensor multilabel_margin_loss(const Tensor& input, const Tensor& target,
                                         const MultilabelMarginLossFuncOptions& options = {});
/// Binary cross entropy of sigmoid(input), averaged over the classes (the last dim).
HEARTH_API Tensor
multilabel_soft_margin_loss(const Tensor& input, const Tensor& target,
                            const MultilabelSoftMarginLossFuncOptions& options = {});
/// max(0, |anchor - positive| - |anchor - negative| + margin), distances over the last dim.
HEARTH_API Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive,
                                      const Tensor& negative,
                                      const TripletMarginLossFuncOptions& options = {});
/// triplet_margin_loss with a distance of one's own.
HEARTH_API Tensor triplet_margin_with_distance_loss(
    const Tensor& anchor, const Tensor& positive, const Tensor& negative,
    const TripletMarginWithDistanceLossFuncOptions& options = {});
/// -log of the probability of the targets by all alignments (Graves et al. 2006): log_probs [T, N,
/// C] or [T, C], targets [N, S] or one after another.
HEARTH_API Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets,
                           const Tensor& input_lengths, const Tensor& target_lengths,
                           const CTCLossFuncOptions& options = {});
/// exp(input) - target input, or without log_input input - target log(input + eps).
HEARTH_API Tensor poisson_nll_loss(const Tensor& input, const Tensor& target,
                                   const PoissonNLLLossFuncOptions& options = {});
/// (log(var) + (input - target)^2 / var) / 2: the negative log likelihood of normal distributions.
/// var is like input, or without its last dim, or with size one in one dim.
HEARTH_API Tensor gaussian_nll_loss(const Tensor& input, const Tensor& target, const Tensor& var,
                                    const GaussianNLLLossFuncOptions& options = {});

}  // namespace functional
}  // namespace hearth::nn
