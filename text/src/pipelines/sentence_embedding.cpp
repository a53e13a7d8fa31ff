// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/pipelines/sentence_embedding.h"

namespace hearth::text {

SentenceEmbeddingPipeline SentenceEmbeddingPipeline::from_pretrained(
    const std::string& name_or_path, const PipelineOptions& options) {
  auto encoder = SentenceEncoder::from_pretrained(
      name_or_path, ModelOptions().dtype(options.dtype()).hub(options.hub()));
  encoder.model().to(options.device());
  return SentenceEmbeddingPipeline(std::move(encoder));
}

Tensor SentenceEmbeddingPipeline::operator()(const std::string& text,
                                             const Options& options) const {
  return encoder_.encode(ArrayRef<std::string>(text), options)[0];
}

Tensor SentenceEmbeddingPipeline::operator()(ArrayRef<std::string> texts,
                                             const Options& options) const {
  return encoder_.encode(texts, options);
}

}  // namespace hearth::text
