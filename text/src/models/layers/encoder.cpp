// SPDX-License-Identifier: Apache-2.0
#include "models/layers/encoder.h"

#include "hearth/base/error.h"
#include "hearth/ops/pointwise.h"

#include "models/layers/attention.h"
#include "models/layers/unpadding.h"

namespace hearth::text {

ModelOutput Encoder::forward(const Tensor& embedded, const ModelInputs& inputs,
                             bool training) const {
  ModelOutput out;
  const Tensor mask = key_mask(inputs.attention_mask());
  const Unpadding padding(inputs);
  Tensor x = padding.pack(embedded);
  if (inputs.output_hidden_states()) out.hidden_states.push_back(x);
  for (const EncoderLayer& layer : layers) {
    Tensor weights;
    const auto of_heads = [&](nn::LinearImpl& linear) {
      return split_heads(padding.spread(linear.forward(x)), heads);
    };
    const Tensor y =
        attend(of_heads(*layer.query), of_heads(*layer.key), of_heads(*layer.value), mask,
               training ? attention_dropout : 0, inputs.output_attentions() ? &weights : nullptr);
    x = layer.attention_norm->forward(
        drop(layer.attended->forward(padding.pack(join_heads(y))), dropout, training) + x);
    x = layer.output_norm->forward(
        drop(layer.narrow->forward(act(layer.wide->forward(x))), dropout, training) + x);
    if (weights.defined()) out.attentions.push_back(weights);
    if (inputs.output_hidden_states()) out.hidden_states.push_back(x);
  }
  out.last_hidden_state = padding.spread(x);
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
