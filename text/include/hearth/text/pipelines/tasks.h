// SPDX-License-Identifier: Apache-2.0
// Pipelines by the names of their tasks.
#pragma once

#include <string>

#include "hearth/text/pipelines/feature_extraction.h"
#include "hearth/text/pipelines/fill_mask.h"
#include "hearth/text/pipelines/question_answering.h"
#include "hearth/text/pipelines/sentence_embedding.h"
#include "hearth/text/pipelines/text_classification.h"
#include "hearth/text/pipelines/text_generation.h"
#include "hearth/text/pipelines/token_classification.h"
#include "hearth/text/pipelines/zero_shot_classification.h"

namespace hearth::text {

/// What is to be done, and the class that does it.
template <typename Class>
struct Task {
  using Pipeline = Class;
  /// Hugging Face's: "text-classification".
  const char* name;
};

namespace task {
inline constexpr Task<TextClassificationPipeline> text_classification{"text-classification"},
    sentiment_analysis{"sentiment-analysis"};
inline constexpr Task<TokenClassificationPipeline> token_classification{"token-classification"},
    ner{"ner"};
inline constexpr Task<FillMaskPipeline> fill_mask{"fill-mask"};
inline constexpr Task<FeatureExtractionPipeline> feature_extraction{"feature-extraction"};
inline constexpr Task<SentenceEmbeddingPipeline> sentence_embedding{"sentence-embedding"};
inline constexpr Task<QuestionAnsweringPipeline> question_answering{"question-answering"};
inline constexpr Task<TextGenerationPipeline> text_generation{"text-generation"};
inline constexpr Task<ZeroShotClassificationPipeline> zero_shot_classification{
    "zero-shot-classification"};
}  // namespace task

/// A task's pipeline with a model: a folder, a file, or a repository of Hugging Face's hub.
///
///     auto answer = pipeline(task::question_answering, "distilbert-base-cased-distilled-squad");
///     answer("Who lives in Oslo?", text)[0].answer;
template <typename Class>
Class pipeline(const Task<Class>&, const std::string& model, const PipelineOptions& options = {}) {
  return Class::from_pretrained(model, options);
}

}  // namespace hearth::text
