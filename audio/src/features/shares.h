// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>

#include "hearth/audio/functional/cepstral.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

namespace hearth::audio::features {

/// The smallest normal number of a type: what is less counts as silence.
inline double least_normal(ScalarType t) {
  return t == kDouble ? std::numeric_limits<double>::min() : std::numeric_limits<float>::min();
}

/// x divided by `whole`, and as it is where that is nothing.
inline Tensor divided(const Tensor& x, const Tensor& whole) {
  return x / where(whole < least_normal(x.scalar_type()), 1, whole);
}

/// x [..., points, frames] divided by its sum over points.
inline Tensor shares(const Tensor& x) { return divided(x, x.sum(-2, true)); }

/// Powers [..., bands, frames] in dB, at most 80 below the largest of all bands and frames.
inline Tensor decibels(const Tensor& x) {
  return functional::amplitude_to_DB(x.dim() > 2 ? x.unsqueeze(-3) : x, 10, 1e-10, 0, 80)
      .reshape(x.sizes());
}

}  // namespace hearth::audio::features
