// SPDX-License-Identifier: Apache-2.0
// The functional forms whose options are arguments, all of them and in LibTorch's order: what
// LibTorch's own modules call, and some programs.
#pragma once

#include "hearth/nn.h"

#include "c10/macros/Macros.h"

namespace hearth::nn::functional::detail {

inline Tensor elu(const Tensor& input, double alpha, bool inplace) {
  return functional::elu(input, ELUFuncOptions().alpha(alpha).inplace(inplace));
}
inline Tensor selu(const Tensor& input, bool inplace) {
  return functional::selu(input, SELUFuncOptions().inplace(inplace));
}
inline Tensor hardshrink(const Tensor& input, double lambda) {
  return functional::hardshrink(input, HardshrinkFuncOptions().lambda(lambda));
}
inline Tensor hardtanh(const Tensor& input, double min_val, double max_val, bool inplace) {
  return functional::hardtanh(
      input, HardtanhFuncOptions().min_val(min_val).max_val(max_val).inplace(inplace));
}
inline Tensor leaky_relu(const Tensor& input, double negative_slope, bool inplace) {
  return functional::leaky_relu(
      input, LeakyReLUFuncOptions().negative_slope(negative_slope).inplace(inplace));
}
inline Tensor gumbel_softmax(const Tensor& logits, double tau, bool hard, int dim) {
  return functional::gumbel_softmax(logits,
                                    GumbelSoftmaxFuncOptions().tau(tau).hard(hard).dim(dim));
}
inline Tensor softmax(const Tensor& input, int64_t dim, std::optional<Dtype> dtype) {
  return functional::softmax(input, SoftmaxFuncOptions(dim).dtype(dtype));
}
inline Tensor softmin(const Tensor& input, int64_t dim, std::optional<Dtype> dtype) {
  return functional::softmin(input, SoftminFuncOptions(dim).dtype(dtype));
}
inline Tensor log_softmax(const Tensor& input, int64_t dim, std::optional<Dtype> dtype) {
  return functional::log_softmax(input, LogSoftmaxFuncOptions(dim).dtype(dtype));
}
inline Tensor glu(const Tensor& input, int64_t dim) {
  return functional::glu(input, GLUFuncOptions(dim));
}
inline Tensor gelu(const Tensor& input, const std::string& approximate) {
  return functional::gelu(input, GELUFuncOptions().approximate(approximate));
}
inline Tensor relu(const Tensor& input, bool inplace) {
  return functional::relu(input, ReLUFuncOptions().inplace(inplace));
}
inline Tensor relu6(const Tensor& input, bool inplace) {
  return functional::relu6(input, ReLU6FuncOptions().inplace(inplace));
}
inline Tensor rrelu(const Tensor& input, double lower, double upper, bool training, bool inplace) {
  return functional::rrelu(
      input, RReLUFuncOptions().lower(lower).upper(upper).training(training).inplace(inplace));
}
inline Tensor celu(const Tensor& input, double alpha, bool inplace) {
  return functional::celu(input, CELUFuncOptions().alpha(alpha).inplace(inplace));
}
inline Tensor softplus(const Tensor& input, double beta, double threshold) {
  return functional::softplus(input, SoftplusFuncOptions().beta(beta).threshold(threshold));
}
inline Tensor softshrink(const Tensor& input, double lambda) {
  return functional::softshrink(input, SoftshrinkFuncOptions().lambda(lambda));
}
inline Tensor threshold(const Tensor& input, double threshold, double value, bool inplace) {
  return functional::threshold(input, ThresholdFuncOptions(threshold, value).inplace(inplace));
}

#define HEARTH_DROPOUT(name, Options)                                                   \
  inline Tensor name(const Tensor& input, double p, bool training, bool inplace) {      \
    return functional::name(input, Options().p(p).training(training).inplace(inplace)); \
  }
HEARTH_DROPOUT(dropout, DropoutFuncOptions)
HEARTH_DROPOUT(dropout2d, Dropout2dFuncOptions)
HEARTH_DROPOUT(dropout3d, Dropout3dFuncOptions)
HEARTH_DROPOUT(alpha_dropout, AlphaDropoutFuncOptions)
HEARTH_DROPOUT(feature_alpha_dropout, FeatureAlphaDropoutFuncOptions)
#undef HEARTH_DROPOUT

// Convolutions and pooling of D dims; sizes of adaptive pooling may leave dims as they are from two
// on.
#define HEARTH_SPATIAL(D, AdaptiveSize)                                                           \
  inline Tensor conv##D##d(const Tensor& input, const Tensor& weight, const Tensor& bias,         \
                           ExpandingArray<D> stride,                                              \
                           const Conv##D##dFuncOptions::padding_t& padding,                       \
                           ExpandingArray<D> dilation, int64_t groups) {                          \
    return functional::conv##D##d(input, weight,                                                  \
                                  Conv##D##dFuncOptions()                                         \
                                      .bias(bias)                                                 \
                                      .stride(stride)                                             \
                                      .padding(padding)                                           \
                                      .dilation(dilation)                                         \
                                      .groups(groups));                                           \
  }                                                                                               \
  inline Tensor conv_transpose##D##d(const Tensor& input, const Tensor& weight,                   \
                                     const Tensor& bias, ExpandingArray<D> stride,                \
                                     ExpandingArray<D> padding, ExpandingArray<D> output_padding, \
                                     int64_t groups, ExpandingArray<D> dilation) {                \
    return functional::conv_transpose##D##d(input, weight,                                        \
                                            ConvTranspose##D##dFuncOptions()                      \
                                                .bias(bias)                                       \
                                                .stride(stride)                                   \
                                                .padding(padding)                                 \
                                                .output_padding(output_padding)                   \
                                                .groups(groups)                                   \
                                                .dilation(dilation));                             \
  }                                                                                               \
  inline Tensor max_pool##D##d(const Tensor& input, ExpandingArray<D> kernel_size,                \
                               ExpandingArray<D> stride, ExpandingArray<D> padding,               \
                               ExpandingArray<D> dilation, bool ceil_mode) {                      \
    return functional::max_pool##D##d(input, MaxPool##D##dFuncOptions(kernel_size)                \
                                                 .stride(stride)                                  \
                                                 .padding(padding)                                \
                                                 .dilation(dilation)                              \
                                                 .ceil_mode(ceil_mode));                          \
  }                                                                                               \
  inline std::tuple<Tensor, Tensor> max_pool##D##d_with_indices(                                  \
      const Tensor& input, ExpandingArray<D> kernel_size, ExpandingArray<D> stride,               \
      ExpandingArray<D> padding, ExpandingArray<D> dilation, bool ceil_mode) {                    \
    return functional::max_pool##D##d_with_indices(input, MaxPool##D##dFuncOptions(kernel_size)   \
                                                              .stride(stride)                     \
                                                              .padding(padding)                   \
                                                              .dilation(dilation)                 \
                                                              .ceil_mode(ceil_mode));             \
  }                                                                                               \
  inline Tensor adaptive_avg_pool##D##d(const Tensor& input, AdaptiveSize<D> output_size) {       \
    return functional::adaptive_avg_pool##D##d(input,                                             \
                                               AdaptiveAvgPool##D##dFuncOptions(output_size));    \
  }                                                                                               \
  inline Tensor adaptive_max_pool##D##d(const Tensor& input, AdaptiveSize<D> output_size) {       \
    return functional::adaptive_max_pool##D##d(input,                                             \
                                               AdaptiveMaxPool##D##dFuncOptions(output_size));    \
  }                                                                                               \
  inline Tensor max_unpool##D##d(const Tensor& input, const Tensor& indices,                      \
                                 ExpandingArray<D> kernel_size, ExpandingArray<D> stride,         \
                                 ExpandingArray<D> padding,                                       \
                                 const std::optional<std::vector<int64_t>>& output_size) {        \
    return functional::max_unpool##D##d(input, indices,                                           \
                                        MaxUnpool##D##dFuncOptions(kernel_size)                   \
                                            .stride(stride)                                       \
                                            .padding(padding)                                     \
                                            .output_size(output_size));                           \
  }                                                                                               \
  inline Tensor lp_pool##D##d(const Tensor& input, double norm_type,                              \
                              ExpandingArray<D> kernel_size, ExpandingArray<D> stride,            \
                              bool ceil_mode) {                                                   \
    return functional::lp_pool##D##d(                                                             \
        input,                                                                                    \
        LPPool##D##dFuncOptions(norm_type, kernel_size).stride(stride).ceil_mode(ceil_mode));     \
  }
HEARTH_SPATIAL(1, ExpandingArray)
HEARTH_SPATIAL(2, ExpandingArrayWithOptionalElem)
HEARTH_SPATIAL(3, ExpandingArrayWithOptionalElem)
#undef HEARTH_SPATIAL

inline Tensor avg_pool1d(const Tensor& input, ExpandingArray<1> kernel_size,
                         ExpandingArray<1> stride, ExpandingArray<1> padding, bool ceil_mode,
                         bool count_include_pad) {
  return functional::avg_pool1d(input, AvgPool1dFuncOptions(kernel_size)
                                           .stride(stride)
                                           .padding(padding)
                                           .ceil_mode(ceil_mode)
                                           .count_include_pad(count_include_pad));
}
#define HEARTH_AVG_POOL(D)                                                             \
  inline Tensor avg_pool##D##d(const Tensor& input, ExpandingArray<D> kernel_size,     \
                               ExpandingArray<D> stride, ExpandingArray<D> padding,    \
                               bool ceil_mode, bool count_include_pad,                 \
                               std::optional<int64_t> divisor_override) {              \
    return functional::avg_pool##D##d(input, AvgPool##D##dFuncOptions(kernel_size)     \
                                                 .stride(stride)                       \
                                                 .padding(padding)                     \
                                                 .ceil_mode(ceil_mode)                 \
                                                 .count_include_pad(count_include_pad) \
                                                 .divisor_override(divisor_override)); \
  }
HEARTH_AVG_POOL(2)
HEARTH_AVG_POOL(3)
#undef HEARTH_AVG_POOL

inline Tensor batch_norm(const Tensor& input, const Tensor& running_mean, const Tensor& running_var,
                         const Tensor& weight, const Tensor& bias, bool training, double momentum,
                         double eps) {
  return functional::batch_norm(
      input, running_mean, running_var,
      BatchNormFuncOptions().weight(weight).bias(bias).training(training).momentum(momentum).eps(
          eps));
}
inline Tensor layer_norm(const Tensor& input, const std::vector<int64_t>& normalized_shape,
                         const Tensor& weight, const Tensor& bias, double eps) {
  return functional::layer_norm(
      input, LayerNormFuncOptions(normalized_shape).weight(weight).bias(bias).eps(eps));
}
inline Tensor group_norm(const Tensor& input, int64_t num_groups, const Tensor& weight,
                         const Tensor& bias, double eps) {
  return functional::group_norm(
      input, GroupNormFuncOptions(num_groups).weight(weight).bias(bias).eps(eps));
}
inline Tensor local_response_norm(const Tensor& input, int64_t size, double alpha, double beta,
                                  double k) {
  return functional::local_response_norm(
      input, LocalResponseNormFuncOptions(size).alpha(alpha).beta(beta).k(k));
}
inline Tensor normalize(const Tensor& input, double p, int64_t dim, double eps,
                        std::optional<Tensor> out) {
  return functional::normalize(input, NormalizeFuncOptions().p(p).dim(dim).eps(eps).out(out));
}
inline Tensor cosine_similarity(const Tensor& x1, const Tensor& x2, int64_t dim, double eps) {
  return functional::cosine_similarity(x1, x2, CosineSimilarityFuncOptions().dim(dim).eps(eps));
}
inline Tensor pairwise_distance(const Tensor& x1, const Tensor& x2, double p, double eps,
                                bool keepdim) {
  return functional::pairwise_distance(
      x1, x2, PairwiseDistanceFuncOptions().p(p).eps(eps).keepdim(keepdim));
}
inline Tensor pixel_shuffle(const Tensor& input, int64_t upscale_factor) {
  return functional::pixel_shuffle(input, PixelShuffleFuncOptions(upscale_factor));
}
inline Tensor pixel_unshuffle(const Tensor& input, int64_t downscale_factor) {
  return functional::pixel_unshuffle(input, PixelUnshuffleFuncOptions(downscale_factor));
}
inline Tensor l1_loss(const Tensor& input, const Tensor& target,
                      L1LossFuncOptions::reduction_t reduction) {
  return functional::l1_loss(input, target, L1LossFuncOptions().reduction(reduction));
}
inline Tensor mse_loss(const Tensor& input, const Tensor& target,
                       MSELossFuncOptions::reduction_t reduction) {
  return functional::mse_loss(input, target, MSELossFuncOptions().reduction(reduction));
}
inline Tensor kl_div(const Tensor& input, const Tensor& target,
                     KLDivFuncOptions::reduction_t reduction, bool log_target) {
  return functional::kl_div(input, target,
                            KLDivFuncOptions().reduction(reduction).log_target(log_target));
}
inline Tensor binary_cross_entropy(const Tensor& input, const Tensor& target, const Tensor& weight,
                                   BinaryCrossEntropyFuncOptions::reduction_t reduction) {
  return functional::binary_cross_entropy(
      input, target, BinaryCrossEntropyFuncOptions().weight(weight).reduction(reduction));
}
inline Tensor hinge_embedding_loss(const Tensor& input, const Tensor& target, double margin,
                                   HingeEmbeddingLossFuncOptions::reduction_t reduction) {
  return functional::hinge_embedding_loss(
      input, target, HingeEmbeddingLossFuncOptions().margin(margin).reduction(reduction));
}
inline Tensor cosine_embedding_loss(const Tensor& input1, const Tensor& input2,
                                    const Tensor& target, double margin,
                                    CosineEmbeddingLossFuncOptions::reduction_t reduction) {
  return functional::cosine_embedding_loss(
      input1, input2, target, CosineEmbeddingLossFuncOptions().margin(margin).reduction(reduction));
}
inline Tensor margin_ranking_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                                  double margin,
                                  MarginRankingLossFuncOptions::reduction_t reduction) {
  return functional::margin_ranking_loss(
      input1, input2, target, MarginRankingLossFuncOptions().margin(margin).reduction(reduction));
}
inline Tensor soft_margin_loss(const Tensor& input, const Tensor& target,
                               SoftMarginLossFuncOptions::reduction_t reduction) {
  return functional::soft_margin_loss(input, target,
                                      SoftMarginLossFuncOptions().reduction(reduction));
}
inline Tensor nll_loss(const Tensor& input, const Tensor& target, const Tensor& weight,
                       int64_t ignore_index, NLLLossFuncOptions::reduction_t reduction) {
  return functional::nll_loss(
      input, target,
      NLLLossFuncOptions().weight(weight).ignore_index(ignore_index).reduction(reduction));
}
inline Tensor cross_entropy(const Tensor& input, const Tensor& target, const Tensor& weight,
                            int64_t ignore_index, CrossEntropyFuncOptions::reduction_t reduction,
                            double label_smoothing) {
  return functional::cross_entropy(input, target,
                                   CrossEntropyFuncOptions()
                                       .weight(weight)
                                       .ignore_index(ignore_index)
                                       .reduction(reduction)
                                       .label_smoothing(label_smoothing));
}
inline Tensor binary_cross_entropy_with_logits(
    const Tensor& input, const Tensor& target, const Tensor& weight,
    BinaryCrossEntropyWithLogitsFuncOptions::reduction_t reduction, const Tensor& pos_weight) {
  return functional::binary_cross_entropy_with_logits(
      input, target,
      BinaryCrossEntropyWithLogitsFuncOptions().weight(weight).reduction(reduction).pos_weight(
          pos_weight));
}
inline Tensor embedding(const Tensor& input, const Tensor& weight,
                        std::optional<int64_t> padding_idx, std::optional<double> max_norm,
                        double norm_type, bool scale_grad_by_freq, bool sparse) {
  return functional::embedding(input, weight,
                               EmbeddingFuncOptions()
                                   .padding_idx(padding_idx)
                                   .max_norm(max_norm)
                                   .norm_type(norm_type)
                                   .scale_grad_by_freq(scale_grad_by_freq)
                                   .sparse(sparse));
}
inline Tensor pad(const Tensor& input, IntArrayRef pad, PadFuncOptions::mode_t mode, double value) {
  return functional::pad(input, PadFuncOptions(pad.vec()).mode(std::move(mode)).value(value));
}
inline Tensor interpolate(const Tensor& input, const std::optional<std::vector<int64_t>>& size,
                          const std::optional<std::vector<double>>& scale_factor,
                          InterpolateFuncOptions::mode_t mode, std::optional<bool> align_corners,
                          std::optional<bool> recompute_scale_factor, bool antialias = false) {
  return functional::interpolate(input, InterpolateFuncOptions()
                                            .size(size)
                                            .scale_factor(scale_factor)
                                            .mode(std::move(mode))
                                            .align_corners(align_corners)
                                            .recompute_scale_factor(recompute_scale_factor)
                                            .antialias(antialias));
}

}  // namespace hearth::nn::functional::detail
