// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/distance.h"

#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "nn/builtin.h"

namespace hearth::nn {

namespace functional {

namespace {

/// The norm along a dim, at least eps. Clamped past the tape, so that the gradient is the norm's.
Tensor norm_at_least(const Tensor& x, int64_t dim, double eps) {
  const Tensor norm = x.norm(2, IntArrayRef(dim), /*keepdim=*/true).clone();
  const NoGradGuard no_grad;
  norm.clamp_min_(eps);
  return norm;
}

}  // namespace

Tensor cosine_similarity(const Tensor& x1, const Tensor& x2,
                         const CosineSimilarityFuncOptions& options) {
  const ScalarType type = result_type(x1, x2);
  HEARTH_CHECK_AS(DtypeError, is_floating_point(type),
                  "[cosine_similarity] expected common dtype to be floating point, yet common "
                  "dtype is ",
                  type);
  const auto pair = broadcast_tensors({x1.to(type), x2.to(type)});
  const Tensor a = pair[0] / norm_at_least(pair[0], options.dim(), options.eps());
  const Tensor b = pair[1] / norm_at_least(pair[1], options.dim(), options.eps());
  return (a * b).sum(options.dim());
}

Tensor pairwise_distance(const Tensor& x1, const Tensor& x2,
                         const PairwiseDistanceFuncOptions& options) {
  return (x1 - x2 + options.eps()).norm(options.p(), IntArrayRef(-1), options.keepdim());
}

}  // namespace functional

namespace F = functional;

CosineSimilarityImpl::CosineSimilarityImpl(const CosineSimilarityOptions& options_)
    : options(options_) {}
void CosineSimilarityImpl::reset() {}
Tensor CosineSimilarityImpl::forward(const Tensor& input1, const Tensor& input2) {
  return F::cosine_similarity(input1, input2, options);
}
HEARTH_DEFINE_MODULE(CosineSimilarity)

PairwiseDistanceImpl::PairwiseDistanceImpl(const PairwiseDistanceOptions& options_)
    : options(options_) {}
void PairwiseDistanceImpl::reset() {}
Tensor PairwiseDistanceImpl::forward(const Tensor& input1, const Tensor& input2) {
  return F::pairwise_distance(input1, input2, options);
}
HEARTH_DEFINE_MODULE(PairwiseDistance)

}  // namespace hearth::nn
