// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "hearth/text/models/cache.h"
#include "hearth/text/models/pretrained_model.h"

namespace hearth::text {

/// Base of the models that say what token comes next: logits [batch, length, vocab_size].
/// generate() of hearth/text/generation/generate.h writes on with one.
class HEARTH_API CausalLMImpl : public PreTrainedModelImpl {
 public:
  using PreTrainedModelImpl::PreTrainedModelImpl;
  ~CausalLMImpl() override;

  /// What a cache of this model must know: its layers and their windows.
  virtual CacheOptions cache_options() const = 0;
  virtual int64_t vocab_size() const = 0;
  /// The longest sequence that the model was made for.
  virtual int64_t max_position_embeddings() const = 0;
  /// Whether it has nothing for positions beyond these, so that no text can be longer.
  virtual bool ends_with_positions() const { return false; }
};

}  // namespace hearth::text
