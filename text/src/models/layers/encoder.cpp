// SPDX-License-Identifier: Apache-2.0
#include "models/layers/encoder.h"

#include "hearth/base/error.h"
#include "hearth/ops/pointwise.h"

#include "models/layers/attention.h"

namespace hearth::text {

ModelOutput Encoder::forward(const Tensor& embedded, const ModelInputs& inputs,
                             bool training) const {
  ModelOutput out;
  const Tensor mask = key_mask(inputs.attention_mask());
  Tensor x = embedded;
  if (inputs.output_hidden_states()) out.hidden_states.push_back(x);
  for (const EncoderLayer& layer : layers) {
    Tensor weights;
    const Tensor y = attend(
        split_heads(layer.query->forward(x), heads), split_heads(layer.key->forward(x), heads),
        split_heads(layer.value->forward(x), heads), mask, training ? attention_dropout : 0,
        inputs.output_attentions() ? &weights : nullptr);
    x = layer.attention_norm->forward(
        drop(layer.attended->forward(join_heads(y)), dropout, training) + x);
    x = layer.output_norm->forward(
        drop(layer.narrow->forward(act(layer.wide->forward(x))), dropout, training) + x);
    if (weights.defined()) out.attentions.push_back(weights);
    if (inputs.output_hidden_states()) out.hidden_states.push_back(x);
  }
  out.last_hidden_state = x;
  return out;
}

std::pair<int64_t, int64_t> check_inputs(const char* who, const ModelInputs& inputs,
                                         int64_t positions) {
  const Tensor &ids = inputs.input_ids(), &embeds = inputs.inputs_embeds();
  HEARTH_CHECK_AS(ValueError, ids.defined() != embeds.defined(), "[", who,
                  "] expected either input_ids or inputs_embeds");
  HEARTH_CHECK_AS(ShapeError, ids.defined() ? ids.dim() == 2 : embeds.dim() == 3, "[", who,
                  "] expected input_ids [batch, length] or inputs_embeds [batch, length, hidden], "
                  "got ",
                  ids.defined() ? ids.sizes() : embeds.sizes());
  const Tensor& given = ids.defined() ? ids : embeds;
  const int64_t batch = given.size(0), length = given.size(1);
  HEARTH_CHECK_AS(ShapeError, length <= positions, "[", who, "] expected at most ", positions,
                  " tokens a text, got ", length);
  const auto check = [&](const char* name, const Tensor& t) {
    HEARTH_CHECK_AS(ShapeError,
                    !t.defined() || (t.dim() >= 2 && (t.size(0) == batch || t.size(0) == 1) &&
                                     t.size(-1) == length),
                    "[", who, "] expected ", name, " [", batch, ", ", length, "], got ",
                    t.defined() ? t.sizes() : IntArrayRef());
  };
  check("attention_mask", inputs.attention_mask());
  check("token_type_ids", inputs.token_type_ids());
  check("position_ids", inputs.position_ids());
  return {batch, length};
}

}  // namespace hearth::text
