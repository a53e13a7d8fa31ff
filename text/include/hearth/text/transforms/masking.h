// SPDX-License-Identifier: Apache-2.0
// Hiding tokens, for models that learn to find them.
#pragma once

#include <cstdint>

#include "hearth/base/arg.h"
#include "hearth/tensor/tensor.h"

namespace hearth::text {

struct MaskTransformOptions {
  MaskTransformOptions(int64_t vocab_len, int64_t mask_idx, int64_t bos_idx, int64_t pad_idx)
      : vocab_len_(vocab_len), mask_idx_(mask_idx), bos_idx_(bos_idx), pad_idx_(pad_idx) {}
  HEARTH_ARG(int64_t, vocab_len);
  HEARTH_ARG(int64_t, mask_idx);
  HEARTH_ARG(int64_t, bos_idx);
  HEARTH_ARG(int64_t, pad_idx);
  /// Whether the first token may be chosen.
  HEARTH_ARG(bool, mask_bos) = false;
  /// The share of a row's positions that is chosen.
  HEARTH_ARG(double, mask_prob) = 0.15;
};

struct MaskedTokens {
  /// int64 [rows, length]; [chosen]; [rows, length] of 1 for chosen tokens.
  Tensor masked_tokens, target_tokens, mask;
};

/// torchtext's MaskTransform: of the chosen tokens 80 % become the mask, 10 % any token. One at
/// least is chosen.
class HEARTH_API MaskTransform {
 public:
  explicit MaskTransform(const MaskTransformOptions& options) : options_(options) {}
  /// tokens: int64 [rows, length].
  MaskedTokens operator()(const Tensor& tokens) const;

 private:
  MaskTransformOptions options_;
};

struct MlmOptions {
  MlmOptions(int64_t vocab_size, int64_t mask_token_id)
      : vocab_size_(vocab_size), mask_token_id_(mask_token_id) {}
  HEARTH_ARG(int64_t, vocab_size);
  HEARTH_ARG(int64_t, mask_token_id);
  HEARTH_ARG(double, mlm_probability) = 0.15;
  /// Of the chosen tokens, how many become the mask, and how many any token.
  HEARTH_ARG(double, mask_replace_prob) = 0.8;
  HEARTH_ARG(double, random_replace_prob) = 0.1;
};

struct MlmBatch {
  /// int64 as the input; labels are -100 where nothing was chosen.
  Tensor input_ids, labels;
};

/// As Hugging Face's DataCollatorForLanguageModeling: each token is chosen by itself, but those of
/// special_tokens_mask (as the ids, 1 for special tokens and padding; may be undefined).
HEARTH_API MlmBatch mask_tokens(const Tensor& input_ids, const Tensor& special_tokens_mask,
                                const MlmOptions& options);

}  // namespace hearth::text
