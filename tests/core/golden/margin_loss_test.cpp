// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/margin_loss.h"

#include "hearth/nn/modules/distance.h"
#include "hearth/nn/modules/embedding.h"
#include "hearth/nn/modules/margin_loss.h"
#include "hearth/ops/ctc_loss.h"
#include "hearth/ops/embedding_bag.h"
#include "hearth/ops/softmax.h"

#include "core/golden/tables.h"

namespace hearth::golden {
namespace {

namespace F = nn::functional;

/// Reductions as ATen's functions take them, and as options.
int64_t reduction(Args& a) {
  const std::string& name = a.s("reduction");
  return name == "none" ? Reduction::None : name == "mean" ? Reduction::Mean : Reduction::Sum;
}
nn::reduction_t reduction_option(Args& a) {
  const std::string& name = a.s("reduction");
  if (name == "none") return kNone;
  return name == "mean" ? nn::reduction_t(kMean) : nn::reduction_t(kSum);
}

std::optional<Tensor> maybe(const Tensor& t) {
  return t.defined() ? std::optional<Tensor>(t) : std::nullopt;
}

Outputs with_distance(Args& a) {
  auto options = F::TripletMarginWithDistanceLossFuncOptions()
                     .margin(a.f("margin"))
                     .swap(a.b("swap"))
                     .reduction(reduction_option(a));
  if (a.b("own"))
    options.distance_function(
        [](const Tensor& x, const Tensor& y) { return (x - y).abs().sum(-1); });
  return {F::triplet_margin_with_distance_loss(a[0], a[1], a[2], options)};
}

Outputs gaussian(Args& a) {
  return {F::gaussian_nll_loss(a[0], a[1], a[2],
                               F::GaussianNLLLossFuncOptions()
                                   .full(a.b("full"))
                                   .eps(a.f("eps"))
                                   .reduction(reduction_option(a)))};
}

Outputs bags(Args& a) {
  auto options = F::EmbeddingBagFuncOptions()
                     .offsets(a[2])
                     .per_sample_weights(a[3])
                     .scale_grad_by_freq(a.b("scale_grad_by_freq"))
                     .include_last_offset(a.b("include_last_offset"));
  if (a.has("padding_idx")) options.padding_idx(a.i("padding_idx"));
  const std::string& mode = a.s("mode");
  if (mode == "sum") options.mode(kSum);
  if (mode == "max") options.mode(kMax);
  return {F::embedding_bag(a[1], a[0], options)};
}

const Table kTable = {
    {"cosine_embedding_loss",
     [](Args& a) -> Outputs {
       return {cosine_embedding_loss(a[0], a[1], a[2], a.f("margin"), reduction(a))};
     }},
    {"hinge_embedding_loss",
     [](Args& a) -> Outputs {
       return {hinge_embedding_loss(a[0], a[1], a.f("margin"), reduction(a))};
     }},
    {"margin_ranking_loss",
     [](Args& a) -> Outputs {
       return {margin_ranking_loss(a[0], a[1], a[2], a.f("margin"), reduction(a))};
     }},
    {"soft_margin_loss",
     [](Args& a) -> Outputs { return {soft_margin_loss(a[0], a[1], reduction(a))}; }},
    {"multi_margin_loss",
     [](Args& a) -> Outputs {
       return {multi_margin_loss(a[0], a[1], a.i("p"), a.f("margin"), maybe(a[2]), reduction(a))};
     }},
    {"multilabel_margin_loss",
     [](Args& a) -> Outputs { return {multilabel_margin_loss(a[0], a[1], reduction(a))}; }},
    {"multilabel_soft_margin_loss",
     [](Args& a) -> Outputs {
       return {F::multilabel_soft_margin_loss(
           a[0], a[1],
           F::MultilabelSoftMarginLossFuncOptions().weight(a[2]).reduction(reduction_option(a)))};
     }},
    {"triplet_margin_loss",
     [](Args& a) -> Outputs {
       return {triplet_margin_loss(a[0], a[1], a[2], a.f("margin"), a.f("p"), a.f("eps"),
                                   a.b("swap"), reduction(a))};
     }},
    {"triplet_margin_with_distance_loss", with_distance},
    {"poisson_nll_loss",
     [](Args& a) -> Outputs {
       return {
           poisson_nll_loss(a[0], a[1], a.b("log_input"), a.b("full"), a.f("eps"), reduction(a))};
     }},
    {"gaussian_nll_loss", gaussian},
    {"ctc_loss",
     [](Args& a) -> Outputs {
       return {ctc_loss(a[0].log_softmax(-1), a[1], a[2], a[3], a.i("blank"), reduction(a),
                        a.b("zero_infinity"))};
     }},
    {"pairwise_distance",
     [](Args& a) -> Outputs {
       return {F::pairwise_distance(
           a[0], a[1],
           F::PairwiseDistanceFuncOptions().p(a.f("p")).eps(a.f("eps")).keepdim(a.b("keepdim")))};
     }},
    {"cosine_similarity",
     [](Args& a) -> Outputs {
       return {F::cosine_similarity(
           a[0], a[1], F::CosineSimilarityFuncOptions().dim(a.i("dim")).eps(a.f("eps")))};
     }},
    {"embedding_bag", bags},
    {"embedding_renorm_",
     [](Args& a) -> Outputs {
       return {embedding_renorm_(a[0].clone(), a[1], a.f("max_norm"), a.f("norm_type"))};
     }},
};

HEARTH_GOLDEN_FAMILY(GoldenMarginLoss, "margin_loss", kTable);

}  // namespace
}  // namespace hearth::golden
