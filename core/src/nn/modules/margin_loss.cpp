// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/margin_loss.h"

#include <cmath>
#include <numbers>

#include "hearth/autograd/grad_mode.h"
#include "hearth/nn/modules/activation.h"
#include "hearth/nn/modules/distance.h"
#include "hearth/ops/ctc_loss.h"
#include "hearth/ops/margin_loss.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "nn/builtin.h"
#include "tensor/host_read.h"

namespace hearth::nn {

namespace functional {

using enumtype::reduction_get_enum;

namespace {

Tensor reduced(const Tensor& each, const reduction_t& reduction) {
  if (std::holds_alternative<enumtype::kNone>(reduction)) return each;
  return std::holds_alternative<enumtype::kMean>(reduction) ? each.mean() : each.sum();
}

}  // namespace

Tensor hinge_embedding_loss(const Tensor& input, const Tensor& target,
                            const HingeEmbeddingLossFuncOptions& options) {
  return hearth::hinge_embedding_loss(input, target, options.margin(),
                                      reduction_get_enum(options.reduction()));
}

Tensor cosine_embedding_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                             const CosineEmbeddingLossFuncOptions& options) {
  return hearth::cosine_embedding_loss(input1, input2, target, options.margin(),
                                       reduction_get_enum(options.reduction()));
}

Tensor margin_ranking_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                           const MarginRankingLossFuncOptions& options) {
  return hearth::margin_ranking_loss(input1, input2, target, options.margin(),
                                     reduction_get_enum(options.reduction()));
}

Tensor multi_margin_loss(const Tensor& input, const Tensor& target,
                         const MultiMarginLossFuncOptions& options) {
  HEARTH_CHECK_AS(ShapeError, !options.weight().defined() || options.weight().dim() == 1,
                  "[multi_margin_loss] weight must be one-dimensional, got ",
                  options.weight().sizes());
  return hearth::multi_margin_loss(input, target, options.p(), options.margin(),
                                   given(options.weight()),
                                   reduction_get_enum(options.reduction()));
}

Tensor multilabel_margin_loss(const Tensor& input, const Tensor& target,
                              const MultilabelMarginLossFuncOptions& options) {
  return hearth::multilabel_margin_loss(input, target, reduction_get_enum(options.reduction()));
}

Tensor multilabel_soft_margin_loss(const Tensor& input, const Tensor& target,
                                   const MultilabelSoftMarginLossFuncOptions& options) {
  HEARTH_CHECK_AS(ShapeError, input.dim() > 0,
                  "[multilabel_soft_margin_loss] expected an input with classes in its last dim, "
                  "got a 0-dim tensor");
  Tensor each = -(target * logsigmoid(input) + (1 - target) * logsigmoid(-input));
  if (options.weight().defined()) each = each * options.weight();
  const int64_t dim = input.dim() - 1;
  return reduced(each.sum(dim) / static_cast<double>(input.size(dim)), options.reduction());
}

Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                           const TripletMarginLossFuncOptions& options) {
  return hearth::triplet_margin_loss(anchor, positive, negative, options.margin(), options.p(),
                                     options.eps(), options.swap(),
                                     reduction_get_enum(options.reduction()));
}

Tensor triplet_margin_with_distance_loss(const Tensor& anchor, const Tensor& positive,
                                         const Tensor& negative,
                                         const TripletMarginWithDistanceLossFuncOptions& options) {
  const auto distance = [&](const Tensor& a, const Tensor& b) {
    const auto& function = options.distance_function();
    return function && *function ? (*function)(a, b) : pairwise_distance(a, b);
  };
  const Tensor to_positive = distance(anchor, positive);
  Tensor to_negative = distance(anchor, negative);
  if (options.swap()) to_negative = minimum(to_negative, distance(positive, negative));
  return reduced((to_positive - to_negative + options.margin()).clamp_min(0), options.reduction());
}

Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                const Tensor& target_lengths, const CTCLossFuncOptions& options) {
  return hearth::ctc_loss(log_probs, targets, input_lengths, target_lengths, options.blank(),
                          reduction_get_enum(options.reduction()), options.zero_infinity());
}

Tensor poisson_nll_loss(const Tensor& input, const Tensor& target,
                        const PoissonNLLLossFuncOptions& options) {
  return hearth::poisson_nll_loss(input, target, options.log_input(), options.full(), options.eps(),
                                  reduction_get_enum(options.reduction()));
}

Tensor gaussian_nll_loss(const Tensor& input, const Tensor& target, const Tensor& var,
                         const GaussianNLLLossFuncOptions& options) {
  check_host_read("gaussian_nll_loss");
  HEARTH_CHECK_AS(ValueError, !var.lt(0).any().item<bool>(),
                  "[gaussian_nll_loss] var has negative entry/entries");
  Tensor variance = var;
  if (var.sizes() != input.sizes()) {
    int differing = 0;
    bool ones = true;
    for (int64_t d = 0; var.dim() == input.dim() && d < var.dim(); ++d)
      if (var.size(d) != input.size(d)) {
        ++differing;
        ones &= var.size(d) == 1;
      }
    if (var.dim() + 1 == input.dim() && var.sizes() == input.sizes().slice(0, var.sizes().size())) {
      variance = var.unsqueeze(-1);
    } else {
      HEARTH_CHECK_AS(ShapeError, var.dim() == input.dim() && differing == 1 && ones,
                      "[gaussian_nll_loss] var is of incorrect size: expected ", input.sizes(),
                      ", the same without its last dim or with one size of 1, got ", var.sizes());
    }
  }
  // Clamped past the tape: the gradient is that of the value it has.
  variance = variance.clone();
  {
    const NoGradGuard no_grad;
    variance.clamp_min_(options.eps());
  }
  Tensor each = 0.5 * (variance.log() + (input - target).pow(2) / variance);
  if (options.full()) each = each + 0.5 * std::log(2 * std::numbers::pi);
  return reduced(each, options.reduction());
}

}  // namespace functional

namespace F = functional;

// `parameters` of forward, the function called with `arguments`, and PrintStyle's fields.
#define HEARTH_LOSS(Name, parameters, function, arguments, ...)               \
  Name##Impl::Name##Impl(const Name##Options& options_) : options(options_) { \
    Name##Impl::reset();                                                      \
  }                                                                           \
  Tensor Name##Impl::forward parameters { return F::function arguments; }     \
  HEARTH_DEFINE_MODULE(Name, __VA_ARGS__)

HEARTH_LOSS(HingeEmbeddingLoss, (const Tensor& input, const Tensor& target), hinge_embedding_loss,
            (input, target, options), .shown = 1)
HEARTH_LOSS(CosineEmbeddingLoss, (const Tensor& input1, const Tensor& input2, const Tensor& target),
            cosine_embedding_loss, (input1, input2, target, options), .shown = 1)
HEARTH_LOSS(MarginRankingLoss, (const Tensor& input1, const Tensor& input2, const Tensor& target),
            margin_ranking_loss, (input1, input2, target, options), .shown = 0)
HEARTH_LOSS(MultiMarginLoss, (const Tensor& input, const Tensor& target), multi_margin_loss,
            (input, target, MultiMarginLossOptions(options).weight(weight)))
HEARTH_LOSS(MultiLabelMarginLoss, (const Tensor& input, const Tensor& target),
            multilabel_margin_loss, (input, target, options), .shown = 0)
HEARTH_LOSS(MultiLabelSoftMarginLoss, (const Tensor& input, const Tensor& target),
            multilabel_soft_margin_loss,
            (input, target, MultiLabelSoftMarginLossOptions(options).weight(weight)), .shown = 0)
HEARTH_LOSS(TripletMarginLoss,
            (const Tensor& anchor, const Tensor& positive, const Tensor& negative),
            triplet_margin_loss, (anchor, positive, negative, options), .shown = 4)
HEARTH_LOSS(CTCLoss,
            (const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
             const Tensor& target_lengths),
            ctc_loss, (log_probs, targets, input_lengths, target_lengths, options), .shown = 0)
HEARTH_LOSS(PoissonNLLLoss, (const Tensor& input, const Tensor& target), poisson_nll_loss,
            (input, target, options), .shown = 0)
HEARTH_LOSS(GaussianNLLLoss, (const Tensor& input, const Tensor& target, const Tensor& var),
            gaussian_nll_loss, (input, target, var, options), .shown = 0)

// Functions have no text, so this one prints its options itself.
TripletMarginWithDistanceLossImpl::TripletMarginWithDistanceLossImpl(
    const TripletMarginWithDistanceLossOptions& options_)
    : options(options_) {}
Tensor TripletMarginWithDistanceLossImpl::forward(const Tensor& anchor, const Tensor& positive,
                                                  const Tensor& negative) {
  return F::triplet_margin_with_distance_loss(anchor, positive, negative, options);
}
void TripletMarginWithDistanceLossImpl::pretty_print(std::ostream& stream) const {
  Printer(stream, "TripletMarginWithDistanceLoss")
      .field("margin", options.margin())
      .field("swap", options.swap());
}
HEARTH_DEFINE_CLONE(TripletMarginWithDistanceLossImpl)

void HingeEmbeddingLossImpl::reset() {}
void CosineEmbeddingLossImpl::reset() {}
void MarginRankingLossImpl::reset() {}
void MultiLabelMarginLossImpl::reset() {}
void TripletMarginLossImpl::reset() {}
void TripletMarginWithDistanceLossImpl::reset() {}
void CTCLossImpl::reset() {}
void PoissonNLLLossImpl::reset() {}
void GaussianNLLLossImpl::reset() {}
void MultiMarginLossImpl::reset() {
  HEARTH_CHECK_AS(ValueError, options.p() == 1 || options.p() == 2,
                  "[MultiMarginLoss] only p == 1 and p == 2 supported, got ", options.p());
  HEARTH_CHECK_AS(ShapeError, !options.weight().defined() || options.weight().dim() == 1,
                  "[MultiMarginLoss] weight must be one-dimensional, got ",
                  options.weight().sizes());
  weight = register_buffer("weight", options.weight());
}
void MultiLabelSoftMarginLossImpl::reset() { weight = register_buffer("weight", options.weight()); }

}  // namespace hearth::nn
