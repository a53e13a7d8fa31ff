// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/ops/loss.h"

namespace hearth {

/// Connectionist temporal classification: -log of the probability that the labels which log_probs
/// [T, N, C] (or [T, C]) gives for each step, with repeats and then `blank` removed, spell the
/// target. targets are [N, S], or one target after another in one vector; the lengths say how much
/// of each counts. Mean divides each loss by its target's length first. zero_infinity: targets that
/// do not fit their input cost nothing instead of infinity. The gradient supposes that log_probs
/// come from log_softmax, as in PyTorch; there is no second one.
HEARTH_API Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets,
                           IntArrayRef input_lengths, IntArrayRef target_lengths, int64_t blank = 0,
                           int64_t reduction = Reduction::Mean, bool zero_infinity = false);
HEARTH_API Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets,
                           const Tensor& input_lengths, const Tensor& target_lengths,
                           int64_t blank = 0, int64_t reduction = Reduction::Mean,
                           bool zero_infinity = false);

}  // namespace hearth
