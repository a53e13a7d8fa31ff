// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/models/encoder_heads.h"

#include "hearth/ops/pointwise.h"
#include "hearth/ops/predicates.h"
#include "hearth/ops/reduce.h"

#include "models/init_weights.h"
#include "models/layers/parts.h"
#include "models/losses.h"

namespace hearth::text {
namespace {

/// Whether no text begins with padding.
bool first_is_token(const Tensor& mask) {
  return mask.defined() && mask.dim() == 2 && mask.size(1) > 0 &&
         mask.select(1, 0).ne(0).all().item<bool>();
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
  ModelInputs of_base = inputs;
  // The head sees the first tokens alone.
  if (head_ == Head::SequenceClassification && first_is_token(inputs.attention_mask()))
    of_base.skip_padding(true);
  ModelOutput out = base_->forward(of_base);
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
