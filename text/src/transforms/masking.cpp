// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/transforms/masking.h"

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

namespace hearth::text {

MaskedTokens MaskTransform::operator()(const Tensor& tokens) const {
  HEARTH_CHECK_AS(ShapeError, tokens.dim() == 2,
                  "[MaskTransform] expected tokens [rows, length], got ", tokens.sizes());
  const int64_t rows = tokens.size(0), length = tokens.size(1);
  const auto chosen = static_cast<int64_t>(static_cast<double>(length) * options_.mask_prob());
  Tensor mask = zeros({rows, length}, kLong);
  for (int64_t i = 0; i < rows; ++i)
    mask.select(0, i).index_fill_(0, randperm(length).narrow(0, 0, chosen), 1);
  mask = mask.to(tokens.device());
  if (!options_.mask_bos()) mask = mask * tokens.ne(options_.bos_idx());
  mask = mask * tokens.ne(options_.pad_idx());
  // So that there is a loss.
  if (tokens.numel() > 0 && mask.sum().item<int64_t>() == 0)
    mask.select(0, 0).select(0, 0).fill_(1);
  const Tensor draw = rand_like(tokens, TensorOptions().dtype(kFloat));
  const Tensor hidden = mask.to(kBool).logical_and(draw.ge(0.2));
  const Tensor changed = mask.to(kBool).logical_and(draw.lt(0.1));
  Tensor masked = where(hidden, full_like(tokens, options_.mask_idx()), tokens);
  masked = where(changed, randint_like(tokens, options_.vocab_len()), masked);
  return {masked, masked_select(tokens, mask.to(kBool)), mask};
}

MlmBatch mask_tokens(const Tensor& input_ids, const Tensor& special_tokens_mask,
                     const MlmOptions& options) {
  HEARTH_CHECK_AS(ValueError, options.mask_replace_prob() + options.random_replace_prob() <= 1,
                  "[mask_tokens] expected shares that sum up to 1 at most, got ",
                  options.mask_replace_prob(), " and ", options.random_replace_prob());
  const TensorOptions floats = TensorOptions().dtype(kFloat);
  Tensor chosen = rand_like(input_ids, floats).lt(options.mlm_probability());
  if (special_tokens_mask.defined())
    chosen = chosen.logical_and(special_tokens_mask.to(kBool).logical_not());
  const Tensor draw = rand_like(input_ids, floats);
  const double masks = options.mask_replace_prob();
  const Tensor hidden = chosen.logical_and(draw.lt(masks));
  const Tensor changed = chosen.logical_and(draw.ge(masks))
                             .logical_and(draw.lt(masks + options.random_replace_prob()));
  Tensor ids = where(hidden, full_like(input_ids, options.mask_token_id()), input_ids);
  ids = where(changed, randint_like(input_ids, options.vocab_size()), ids);
  return {ids, where(chosen, input_ids, full_like(input_ids, -100))};
}

}  // namespace hearth::text
