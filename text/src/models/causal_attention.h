// SPDX-License-Identifier: Apache-2.0
// Attention of decoders: to what stands before, in the cache and in the same call.
#pragma once

#include <map>
#include <utility>

#include "hearth/text/models/cache.h"
#include "hearth/text/models/pretrained_model.h"

namespace hearth::text {

/// Where the tokens of a call stand, and which of them are padding.
class Places {
 public:
  /// `length` tokens of each row, behind those of inputs.cache(). Throws ShapeError for an
  /// attention mask or positions of other sizes.
  Places(const ModelInputs& inputs, int64_t batch, int64_t length, Device device, const char* who);

  /// [batch or 1, length]: those given; or else counted from each row's first token that is no
  /// padding.
  const Tensor& positions() const { return positions_; }

  /// Which keys each query looks at, bool [batch or 1, 1, length, keys], where that is not all. The
  /// first of the keys is token `first`; with a `window`, only so many of the latest are seen.
  struct Sight {
    Tensor mask;
    bool causal = false;
  };
  const Sight& sight(int64_t first, int64_t keys, int64_t window);

 private:
  int64_t seen_, length_;
  Tensor positions_;
  Tensor real_;  // bool [batch, seen + length], false for padding; undefined if there is none
  std::map<std::pair<int64_t, int64_t>, Sight> sights_;
};

struct AttentionSettings {
  double scale = 1;
  /// Scores x become softcap tanh(x / softcap), if it is not 0.
  double softcap = 0;
  int64_t window = 0;
  double dropout = 0;
};

/// Attention of queries [batch, heads, length, head_dim] to keys and values [batch, key heads,
/// length, head_dim], which are appended to those of the layer in `cache`, if there is one: [batch,
/// length, heads head_dim]. Each key head serves a group of neighbouring query heads. `weights`, if
/// not null, gets [batch, heads, length, keys].
Tensor causal_attention(const Tensor& query, const Tensor& key, const Tensor& value, Cache* cache,
                        int64_t layer, Places& places, const AttentionSettings& settings,
                        Tensor* weights);

/// The mean cross entropy of the next token's label, -100 apart: logits [batch, length, vocab],
/// labels [batch, length].
Tensor next_token_loss(const Tensor& logits, const Tensor& labels);

/// The positions of x [batch, length, hidden] of which logits are wanted.
Tensor kept_positions(const ModelInputs& inputs, const Tensor& x);

/// Of x [batch, length, hidden], each row's last token that is no padding, [batch, hidden]: by
/// `pad_token_id`, or else by the mask.
Tensor last_tokens(const ModelInputs& inputs, std::optional<int64_t> pad_token_id, const Tensor& x);

}  // namespace hearth::text
