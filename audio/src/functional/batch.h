// SPDX-License-Identifier: Apache-2.0
// Any number of leading dims as one, and back.
#pragma once

#include <vector>

#include "hearth/ops/view.h"

namespace hearth::audio {

/// x with all dims before the `kept` last ones joined to one, if there are any.
inline Tensor as_batch(const Tensor& x, int64_t kept) {
  return x.dim() > kept + 1 ? x.flatten(0, x.dim() - kept - 1) : x;
}

/// Undoes as_batch(like, kept) for what was made of it: x [batch, ...] with like's leading dims.
inline Tensor as_before(const Tensor& x, const Tensor& like, int64_t kept) {
  if (like.dim() <= kept + 1) return x;
  std::vector<int64_t> sizes = like.sizes().slice(0, static_cast<size_t>(like.dim() - kept)).vec();
  for (const int64_t n : x.sizes().slice(1)) sizes.push_back(n);
  return x.reshape(sizes);
}

}  // namespace hearth::audio
