// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "hearth/text/embedding/sentence_encoder.h"
#include "hearth/text/pipelines/pipeline.h"

namespace hearth::text {

/// Gives texts as vectors, as sentence-transformers does: a SentenceEncoder that is called like a
/// pipeline.
class HEARTH_API SentenceEmbeddingPipeline {
 public:
  using Options = SentenceOptions;
  explicit SentenceEmbeddingPipeline(SentenceEncoder encoder) : encoder_(std::move(encoder)) {}
  static SentenceEmbeddingPipeline from_pretrained(const std::string& name_or_path,
                                                   const PipelineOptions& options = {});

  /// float32 [dimension]
  Tensor operator()(const std::string& text, const Options& options = {}) const;
  /// float32 [texts, dimension]
  Tensor operator()(ArrayRef<std::string> texts, const Options& options = {}) const;

  const SentenceEncoder& encoder() const { return encoder_; }

 private:
  SentenceEncoder encoder_;
};

}  // namespace hearth::text
