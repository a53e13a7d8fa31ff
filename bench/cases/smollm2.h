// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/text/models/decoder.h"

namespace hearth::bench {

/// SmolLM2-135M's sizes.
inline text::DecoderConfig smollm2() {
  return text::DecoderConfig()
      .vocab_size(49152)
      .hidden_size(576)
      .intermediate_size(1536)
      .num_hidden_layers(30)
      .num_attention_heads(9)
      .num_key_value_heads(3)
      .max_position_embeddings(8192)
      .tie_word_embeddings(true);
}

}  // namespace hearth::bench
