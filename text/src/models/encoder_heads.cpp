// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/models/encoder_heads.h"

#include "hearth/ops/pointwise.h"

#include "models/init_weights.h"
#include "models/layers/parts.h"
#include "models/losses.h"

namespace hearth::text {
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
    out.loss = classification_loss(config(), logits, inputs.labels());
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
