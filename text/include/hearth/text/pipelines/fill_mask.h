// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hearth/text/pipelines/pipeline.h"

namespace hearth::text {

/// What may stand in place of a mask.
struct MaskFilling {
  float score = 0;
  uint32_t token = 0;
  std::string token_str;
  /// The text with it; other masks are still there.
  std::string sequence;
};

struct FillMaskOptions {
  HEARTH_ARG(int64_t, top_k) = 5;
  /// Only these are considered; of one that is no token, its first token.
  HEARTH_ARG(std::vector<std::string>, targets);
};

/// Guesses what stands where a text has the tokenizer's mask_token: Hugging Face's "fill-mask".
class HEARTH_API FillMaskPipeline : public Pipeline {
 public:
  using Options = FillMaskOptions;
  /// Throws ValueError for a tokenizer without mask_token.
  FillMaskPipeline(PreTrainedTokenizer tokenizer, std::shared_ptr<PreTrainedModelImpl> model);
  static FillMaskPipeline from_pretrained(const std::string& name_or_path,
                                          const PipelineOptions& options = {});

  /// A list for each mask. Throws ValueError for a text without one.
  std::vector<std::vector<MaskFilling>> operator()(const std::string& text,
                                                   const Options& options = {}) const;
  std::vector<std::vector<std::vector<MaskFilling>>> operator()(ArrayRef<std::string> texts,
                                                                const Options& options = {}) const;

 private:
  FillMaskPipeline(const std::string& name_or_path, const PipelineOptions& options);
  void check() const;
};

}  // namespace hearth::text
