// SPDX-License-Identifier: Apache-2.0
// The losses that transformers gives to heads.
#pragma once

#include "hearth/data/readers/jsonl.h"
#include "hearth/tensor/tensor.h"

namespace hearth::text {

/// Of logits [batch, classes], by config.json's "problem_type": see EncoderWithHeadImpl.
Tensor classification_loss(const data::readers::JsonValue& config, const Tensor& logits,
                           const Tensor& labels);
/// Cross entropy of logits [batch, length, classes] over the labels that are not -100.
Tensor token_loss(const Tensor& logits, const Tensor& labels);
/// Of logits [batch, length] for where an answer begins, or ends.
Tensor position_loss(const Tensor& logits, const Tensor& positions);

}  // namespace hearth::text
