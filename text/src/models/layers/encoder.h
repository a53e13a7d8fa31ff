// SPDX-License-Identifier: Apache-2.0
// The layers of BERT and its kin: attention and a feed-forward network, each added to its input and
// normalized.
#pragma once

#include <vector>

#include "hearth/text/models/pretrained_model.h"

#include "models/layers/parts.h"

namespace hearth::text {

struct EncoderLayer {
  std::shared_ptr<nn::LinearImpl> query, key, value, attended, wide, narrow;
  std::shared_ptr<nn::LayerNormImpl> attention_norm, output_norm;
};

struct Encoder {
  std::vector<EncoderLayer> layers;
  int64_t heads = 1;
  Activation act = nullptr;
  double dropout = 0, attention_dropout = 0;

  /// Of embeddings [batch, length, hidden]: last_hidden_state, and what else the inputs ask for.
  /// Rows of padding hold nothing that means anything.
  ModelOutput forward(const Tensor& embedded, const ModelInputs& inputs, bool training) const;
};

/// Batch and length of what a model is given, input_ids or inputs_embeds. Throws ShapeError and
/// ValueError, if there are not just one of both, longer texts than `positions`, or a mask or
/// token_type_ids of another size.
std::pair<int64_t, int64_t> check_inputs(const char* who, const ModelInputs& inputs,
                                         int64_t positions);

}  // namespace hearth::text
