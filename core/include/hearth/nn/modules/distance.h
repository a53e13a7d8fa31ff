// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/base/arg.h"
#include "hearth/nn/pimpl.h"

namespace hearth::nn {

/// Options of CosineSimilarity: the dim of the vectors, and the least norm to divide by.
struct CosineSimilarityOptions {
  HEARTH_ARG(int64_t, dim) = 1;
  HEARTH_ARG(double, eps) = 1e-8;
};

/// Options of PairwiseDistance: the order of the norm, and what is added to each difference.
struct PairwiseDistanceOptions {
  HEARTH_ARG(double, p) = 2.0;
  HEARTH_ARG(double, eps) = 1e-6;
  HEARTH_ARG(bool, keepdim) = false;
};

/// The cosine of the angles between vectors along a dim.
class HEARTH_API CosineSimilarityImpl : public Module {
 public:
  explicit CosineSimilarityImpl(const CosineSimilarityOptions& options_ = {});
  HEARTH_BUILTIN_MODULE(CosineSimilarityImpl)
  Tensor forward(const Tensor& input1, const Tensor& input2);
  CosineSimilarityOptions options;
};
HEARTH_MODULE(CosineSimilarity);

/// The distances between vectors along the last dim.
class HEARTH_API PairwiseDistanceImpl : public Module {
 public:
  explicit PairwiseDistanceImpl(const PairwiseDistanceOptions& options_ = {});
  HEARTH_BUILTIN_MODULE(PairwiseDistanceImpl)
  Tensor forward(const Tensor& input1, const Tensor& input2);
  PairwiseDistanceOptions options;
};
HEARTH_MODULE(PairwiseDistance);

namespace functional {

using CosineSimilarityFuncOptions = CosineSimilarityOptions;
using PairwiseDistanceFuncOptions = PairwiseDistanceOptions;

/// x1 . x2 / (max(|x1|, eps) max(|x2|, eps)) along a dim; the inputs broadcast.
HEARTH_API Tensor cosine_similarity(const Tensor& x1, const Tensor& x2,
                                    const CosineSimilarityFuncOptions& options = {});
/// The p-norm of x1 - x2 + eps along the last dim; the inputs broadcast.
HEARTH_API Tensor pairwise_distance(const Tensor& x1, const Tensor& x2,
                                    const PairwiseDistanceFuncOptions& options = {});
/// The p-norm distances between all rows of a matrix, as one vector.
HEARTH_API Tensor pdist(const Tensor& input, double p = 2.0);

}  // namespace functional
}  // namespace hearth::nn
