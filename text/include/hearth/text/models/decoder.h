// SPDX-License-Identifier: Apache-2.0
// Decoders in the manner of Llama, of which Mistral, Qwen, Gemma and SmolLM are settings, under
// Hugging Face's names of classes and weights.
#pragma once

#include <memory>

#include "hearth/nn/pimpl.h"
#include "hearth/text/models/causal_lm.h"
#include "hearth/text/models/decoder_config.h"

namespace hearth::text {

class MatrixImpl;

/// Embeddings and layers: input_ids [batch, length] to last_hidden_state [batch, length,
/// hidden_size], the last layer's after the last norm. Without position_ids, those of a row are
/// counted from its first token that the attention mask has.
class HEARTH_API DecoderModelImpl : public PreTrainedModelImpl {
 public:
  explicit DecoderModelImpl(const DecoderConfig& options);
  ~DecoderModelImpl() override;
  ModelOutput forward(const ModelInputs& inputs) override;
  CacheOptions cache_options() const;
  const DecoderConfig options;

 private:
  friend class DecoderForCausalLMImpl;
  struct Parts;
  std::unique_ptr<Parts> parts_;
};
HEARTH_MODULE(DecoderModel);

/// With a head that says what token comes next.
class HEARTH_API DecoderForCausalLMImpl : public CausalLMImpl {
 public:
  explicit DecoderForCausalLMImpl(const DecoderConfig& options);
  ~DecoderForCausalLMImpl() override;
  ModelOutput forward(const ModelInputs& inputs) override;
  CacheOptions cache_options() const override;
  int64_t vocab_size() const override;
  int64_t max_position_embeddings() const override;

  DecoderModel model{nullptr};
  const DecoderConfig& options() const { return model.get()->options; }

 private:
  std::shared_ptr<MatrixImpl> head_;
};

/// With a head that puts a text in a class, by its last token: logits [batch, classes].
class HEARTH_API DecoderForSequenceClassificationImpl : public PreTrainedModelImpl {
 public:
  explicit DecoderForSequenceClassificationImpl(const DecoderConfig& options);
  ~DecoderForSequenceClassificationImpl() override;
  ModelOutput forward(const ModelInputs& inputs) override;

  DecoderModel model{nullptr};

 private:
  std::shared_ptr<MatrixImpl> score_;
};

/// The classes of a family, as Hugging Face names them.
#define HEARTH_DECODERS(Model, CausalLM, Classifier)                                  \
  struct HEARTH_API Model##Impl : DecoderModelImpl {                                  \
    using DecoderModelImpl::DecoderModelImpl;                                         \
  };                                                                                  \
  HEARTH_MODULE(Model);                                                               \
  struct HEARTH_API CausalLM##Impl : DecoderForCausalLMImpl {                         \
    using DecoderForCausalLMImpl::DecoderForCausalLMImpl;                             \
  };                                                                                  \
  HEARTH_MODULE(CausalLM);                                                            \
  struct HEARTH_API Classifier##Impl : DecoderForSequenceClassificationImpl {         \
    using DecoderForSequenceClassificationImpl::DecoderForSequenceClassificationImpl; \
  };                                                                                  \
  HEARTH_MODULE(Classifier)
HEARTH_DECODERS(LlamaModel, LlamaForCausalLM, LlamaForSequenceClassification);
HEARTH_DECODERS(MistralModel, MistralForCausalLM, MistralForSequenceClassification);
HEARTH_DECODERS(Qwen2Model, Qwen2ForCausalLM, Qwen2ForSequenceClassification);
HEARTH_DECODERS(Qwen3Model, Qwen3ForCausalLM, Qwen3ForSequenceClassification);
HEARTH_DECODERS(GemmaModel, GemmaForCausalLM, GemmaForSequenceClassification);
HEARTH_DECODERS(Gemma2Model, Gemma2ForCausalLM, Gemma2ForSequenceClassification);
HEARTH_DECODERS(Gemma3TextModel, Gemma3ForCausalLM, Gemma3TextForSequenceClassification);
HEARTH_DECODERS(SmolLM3Model, SmolLM3ForCausalLM, SmolLM3ForSequenceClassification);
#undef HEARTH_DECODERS

}  // namespace hearth::text
