// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

namespace hearth::text {

/// log sum exp of scores; -inf if all are.
float log_sum_exp(std::span<const float> scores);
/// softmax of scores; 0 everywhere if all are -inf.
std::vector<float> probabilities(std::span<const float> scores);

}  // namespace hearth::text
