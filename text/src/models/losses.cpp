// SPDX-License-Identifier: Apache-2.0
#include "models/losses.h"

#include "hearth/base/error.h"
#include "hearth/ops/loss.h"
#include "hearth/ops/pointwise.h"

#include "models/config_json.h"

namespace hearth::text {

Tensor classification_loss(const data::readers::JsonValue& config, const Tensor& logits,
                           const Tensor& labels) {
  std::string problem;
  read_option(config, "problem_type", problem);
  const int64_t classes = logits.size(-1);
  if (problem.empty()) {
    problem = classes == 1                               ? "regression"
              : is_integral(labels.scalar_type(), false) ? "single_label_classification"
                                                         : "multi_label_classification";
  }
  if (problem == "regression")
    return classes == 1
               ? mse_loss(logits.reshape({-1}), labels.reshape({-1}).to(logits.scalar_type()))
               : mse_loss(logits, labels);
  if (problem == "single_label_classification")
    return cross_entropy_loss(logits, labels.reshape({-1}));
  HEARTH_CHECK_AS(ValueError, problem == "multi_label_classification",
                  "[config.json] expected \"problem_type\" regression, single_label_classification "
                  "or multi_label_classification, got ",
                  problem);
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
