// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/data/readers/jsonl.h"
#include "hearth/tensor/tensor.h"

namespace hearth::text {

/// How the states of a text's tokens become one vector, as 1_Pooling/config.json of
/// sentence-transformers says. Several ways give their vectors one behind the other, in this order.
struct HEARTH_API Pooling {
  static Pooling from_json(const data::readers::JsonValue& config);
  /// "cls", "mean", "max", "mean_sqrt_len", "weightedmean" or "lasttoken". Throws ValueError.
  static Pooling of(const std::string& mode);

  /// [batch, width] of states [batch, length, hidden]; `mask` [batch, length] is 0 for padding, or
  /// undefined if there is none. A text of nothing but padding gives zeros.
  Tensor operator()(const Tensor& states, const Tensor& mask) const;
  /// How many vectors stand one behind the other.
  int64_t modes() const;

  /// The first token that is no padding.
  HEARTH_ARG(bool, pooling_mode_cls_token) = false;
  HEARTH_ARG(bool, pooling_mode_max_tokens) = false;
  HEARTH_ARG(bool, pooling_mode_mean_tokens) = true;
  /// The sum over the root of the number of tokens.
  HEARTH_ARG(bool, pooling_mode_mean_sqrt_len_tokens) = false;
  /// The mean with weights 1, 2, 3 ...
  HEARTH_ARG(bool, pooling_mode_weightedmean_tokens) = false;
  HEARTH_ARG(bool, pooling_mode_lasttoken) = false;
};

}  // namespace hearth::text
