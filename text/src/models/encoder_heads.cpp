// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/models/encoder_heads.h"

#include "hearth/base/error.h"
#include "hearth/ops/loss.h"
#include "hearth/ops/pointwise.h"

#include "models/config_json.h"
#include "models/init_weights.h"
#include "models/layers/parts.h"

namespace hearth::text {
namespace {

Tensor classification_loss(const Tensor& logits, const Tensor& labels, std::string problem) {
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

/// Of where an answer begins, or ends.
Tensor position_loss(const Tensor& logits, const Tensor& positions) {
  const int64_t outside = logits.size(1);
  return cross_entropy_loss(logits, positions.reshape({-1}).clamp(0, outside), {}, Reduction::Mean,
                            outside);
}

}  // namespace

EncoderWithHeadImpl::EncoderWithHeadImpl(data::readers::JsonValue config, Head head,
                                         const std::string& name,
                                         std::shared_ptr<PreTrainedModelImpl> base)
    : PreTrainedModelImpl(std::move(config)), head_(head), base_(std::move(base)) {
  register_module(name, base_);
}
EncoderWithHeadImpl::~EncoderWithHeadImpl() = default;

ModelOutput EncoderWithHeadImpl::forward(const ModelInputs& inputs) {
  ModelOutput out = base_->forward(inputs);
  const Tensor logits = scores(out, inputs);
  if (head_ == Head::QuestionAnswering) {
    out.start_logits = logits.select(-1, 0);
    out.end_logits = logits.select(-1, 1);
    if (inputs.start_positions().defined() && inputs.end_positions().defined())
      out.loss = (position_loss(out.start_logits, inputs.start_positions()) +
                  position_loss(out.end_logits, inputs.end_positions())) /
                 2;
    return out;
  }
  out.logits = logits;
  if (!inputs.labels().defined()) return out;
  if (head_ == Head::SequenceClassification) {
    std::string problem;
    read_option(config(), "problem_type", problem);
    out.loss = classification_loss(logits, inputs.labels(), problem);
  } else {
    out.loss = token_loss(logits, inputs.labels());
  }
  return out;
}

TokenHeadImpl::TokenHeadImpl(data::readers::JsonValue config, Head head, const std::string& name,
                             std::shared_ptr<PreTrainedModelImpl> base, const Layer& layer)
    : EncoderWithHeadImpl(std::move(config), head, name, std::move(base)),
      linear_(add_linear(*this, layer.name, layer.in, layer.out)),
      dropout_(layer.dropout) {
  init_weights(*linear_, layer.initializer_range);
}
TokenHeadImpl::~TokenHeadImpl() = default;

Tensor TokenHeadImpl::scores(const ModelOutput& base, const ModelInputs&) {
  return linear_->forward(drop(base.last_hidden_state, dropout_, is_training()));
}

}  // namespace hearth::text
