// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/pipelines/feature_extraction.h"

#include <utility>

namespace hearth::text {

FeatureExtractionPipeline::FeatureExtractionPipeline(PreTrainedTokenizer tokenizer,
                                                     std::shared_ptr<PreTrainedModelImpl> model)
    : Pipeline(std::move(tokenizer), std::move(model)) {}

FeatureExtractionPipeline::FeatureExtractionPipeline(const std::string& name_or_path,
                                                     const PipelineOptions& options)
    : Pipeline(Head::None, name_or_path, options) {}

FeatureExtractionPipeline FeatureExtractionPipeline::from_pretrained(
    const std::string& name_or_path, const PipelineOptions& options) {
  return {name_or_path, options};
}

Tensor FeatureExtractionPipeline::operator()(const std::string& text) const {
  return run(tokenizer()(ArrayRef<std::string>(text), cut_to_model())).last_hidden_state;
}

std::vector<Tensor> FeatureExtractionPipeline::operator()(ArrayRef<std::string> texts) const {
  std::vector<Tensor> results;
  for (const std::string& text : texts) results.push_back((*this)(text));
  return results;
}

}  // namespace hearth::text
