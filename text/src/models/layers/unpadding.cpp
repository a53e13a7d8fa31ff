// SPDX-License-Identifier: Apache-2.0
#include "models/layers/unpadding.h"

#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/predicates.h"
#include "hearth/ops/scan.h"
#include "hearth/ops/view.h"

namespace hearth::text {

Unpadding::Unpadding(const ModelInputs& inputs) {
  // With less padding than this, moving tokens about costs more.
  constexpr double kLeast = 0.1;
  const Tensor& mask = inputs.attention_mask();
  if (!inputs.skip_padding() || inputs.output_hidden_states() || !mask.defined() ||
      mask.dim() != 2 ||
      (inputs.input_ids().defined() && mask.sizes() != inputs.input_ids().sizes()))
    return;
  const Tensor taken = mask.ne(0).flatten();
  const Tensor tokens = taken.nonzero().flatten();
  const auto all = static_cast<double>(taken.numel());
  if (tokens.numel() == 0 || static_cast<double>(tokens.numel()) > (1 - kLeast) * all) return;
  tokens_ = tokens;
  // Masked places show the token before them, or the first.
  places_ = (cumsum(taken.to(kLong), 0) - 1).clamp_min(0);
  batch_ = mask.size(0);
}

Tensor Unpadding::pack(const Tensor& x) const {
  return tokens_.defined() ? x.flatten(0, 1).index_select(0, tokens_) : x;
}

Tensor Unpadding::spread(const Tensor& x) const {
  return tokens_.defined() ? x.index_select(0, places_).unflatten(0, {batch_, -1}) : x;
}

}  // namespace hearth::text
