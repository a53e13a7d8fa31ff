// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/feature_files/cmvn.h"

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

namespace hearth::audio {

CmvnStats::CmvnStats(const Tensor& matrix) {
  HEARTH_CHECK_AS(FormatError, matrix.dim() == 2 && matrix.size(0) == 2 && matrix.size(1) >= 2,
                  "[CmvnStats] expected statistics [2, dimensions + 1], got ", matrix.sizes());
  stats_ = matrix.detach().to(kDouble).clone();
}

void CmvnStats::expect_dims(const Tensor& features) const {
  HEARTH_CHECK_AS(ShapeError,
                  features.dim() == 2 && features.size(1) >= 1 &&
                      (!stats_.defined() || features.size(1) == dims()),
                  "[CmvnStats] expected features [frames, ",
                  stats_.defined() ? cat_str(dims()) : "dimensions", "], got ", features.sizes());
}

void CmvnStats::accumulate(const Tensor& features, const Tensor& weights) {
  expect_dims(features);
  const int64_t frames = features.size(0), columns = features.size(1);
  HEARTH_CHECK_AS(ShapeError, !weights.defined() || weights.sizes() == IntArrayRef({frames}),
                  "[CmvnStats] expected a weight for each of ", frames, " frames, got ",
                  weights.defined() ? cat_str(weights.sizes()) : "");
  if (!stats_.defined()) stats_ = zeros({2, columns + 1}, kDouble);
  const Tensor x = features.detach().to(kDouble);
  const Tensor w = weights.defined() ? weights.to(kDouble) : ones({frames}, kDouble);
  const Tensor weighted = x * w.unsqueeze(1);
  stats_[0].slice(0, 0, columns) += weighted.sum(0);
  stats_[1].slice(0, 0, columns) += (weighted * x).sum(0);
  stats_[0].select(0, columns) += w.sum();
}

void CmvnStats::merge(const CmvnStats& other) {
  if (!other.stats_.defined()) return;
  HEARTH_CHECK_AS(ShapeError, !stats_.defined() || dims() == other.dims(),
                  "[CmvnStats] statistics of ", dims(), " and ", other.dims(),
                  " dimensions cannot be one");
  stats_ = stats_.defined() ? stats_ + other.stats_ : other.stats_.clone();
}

Tensor CmvnStats::matrix() const {
  HEARTH_CHECK_AS(ValueError, stats_.defined(), "[CmvnStats] nothing was added yet");
  return stats_.clone();
}

double CmvnStats::frames() const { return stats_.defined() ? stats_[0][dims()].item<double>() : 0; }

Tensor CmvnStats::mean() const {
  HEARTH_CHECK_AS(ValueError, frames() >= 1,
                  "[CmvnStats] expected statistics of a frame at least, "
                  "these are of ",
                  frames());
  return stats_[0].slice(0, 0, dims()) / frames();
}

Tensor CmvnStats::variance() const {
  const Tensor mu = mean();
  return (stats_[1].slice(0, 0, dims()) / frames() - mu * mu).clamp_min(1e-20);
}

Tensor CmvnStats::apply(const Tensor& features, const ApplyCmvnOptions& options) const {
  expect_dims(features);
  Tensor mu = mean().clone(), sigma = variance().sqrt();
  if (!options.norm_vars()) sigma = ones_like(sigma);
  for (const int64_t d : options.skip_dims()) {
    mu.select(0, d).fill_(0);
    sigma.select(0, d).fill_(1);
  }
  const Tensor x = features.to(kDouble);
  const Tensor y = options.reverse() ? x * sigma + mu : (x - mu) / sigma;
  return y.to(features.scalar_type());
}

}  // namespace hearth::audio
