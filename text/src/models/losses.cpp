// SPDX-License-Identifier: Apache-2.0
#include "models/losses.h"

#include "hearth/base/error.h"
#include "hearth/ops/loss.h"
#include "hearth/ops/pointwise.h"
#include "hearth/text/models/problem_type.h"

namespace hearth::text {

Tensor classification_loss(const data::readers::JsonValue& config, const Tensor& logits,
                           const Tensor& labels) {
  const int64_t classes = logits.size(-1);
  const ProblemType by_labels = classes == 1 ? ProblemType::Regression
                                : is_integral(labels.scalar_type(), false)
                                    ? ProblemType::SingleLabel
                                    : ProblemType::MultiLabel;
  switch (problem_type(config).value_or(by_labels)) {
    case ProblemType::Regression:
      return classes == 1
                 ? mse_loss(logits.reshape({-1}), labels.reshape({-1}).to(logits.scalar_type()))
                 : mse_loss(logits, labels);
    case ProblemType::SingleLabel:
      return cross_entropy_loss(logits, labels.reshape({-1}));
    case ProblemType::MultiLabel:
      break;
  }
  return binary_cross_entropy_with_logits(logits, labels);
}

Tensor token_loss(const Tensor& logits, const Tensor& labels) {
  return cross_entropy_loss(logits.reshape({-1, logits.size(-1)}), labels.reshape({-1}));
}

Tensor position_loss(const Tensor& logits, const Tensor& positions) {
  const int64_t outside = logits.size(1);
  return cross_entropy_loss(logits, positions.reshape({-1}).clamp(0, outside), {}, Reduction::Mean,
                            outside);
}

}  // namespace hearth::text
