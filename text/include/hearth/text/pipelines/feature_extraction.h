// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "hearth/text/pipelines/pipeline.h"

namespace hearth::text {

/// Gives the model's last hidden states: Hugging Face's "feature-extraction".
class HEARTH_API FeatureExtractionPipeline : public Pipeline {
 public:
  FeatureExtractionPipeline(PreTrainedTokenizer tokenizer,
                            std::shared_ptr<PreTrainedModelImpl> model);
  static FeatureExtractionPipeline from_pretrained(const std::string& name_or_path,
                                                   const PipelineOptions& options = {});

  /// float [1, tokens, hidden]
  Tensor operator()(const std::string& text) const;
  std::vector<Tensor> operator()(ArrayRef<std::string> texts) const;

 private:
  FeatureExtractionPipeline(const std::string& name_or_path, const PipelineOptions& options);
};

}  // namespace hearth::text
