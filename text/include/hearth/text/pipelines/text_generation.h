// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/base/callable.h"
#include "hearth/text/chat/chat_template.h"
#include "hearth/text/generation/generation_config.h"
#include "hearth/text/pipelines/pipeline.h"

namespace hearth::text {

/// What a model wrote.
struct GeneratedText {
  /// With the prompt, unless return_full_text is off; of a conversation the answer alone.
  std::string generated_text;
  /// Of a conversation: all of it, with the answer at its end.
  std::vector<ChatMessage> messages;
};

struct TextGenerationOptions {
  /// In place of the pipeline's own.
  HEARTH_ARG(std::optional<GenerationConfig>, generation_config);
  HEARTH_ARG(bool, return_full_text) = true;
  /// Where chance comes from with do_sample.
  HEARTH_ARG(std::optional<uint64_t>, seed);
  /// Gets the new text in pieces, as soon as each is certain. Of one prompt, without beams.
  HEARTH_ARG(Callable<void(std::string_view)>, streamer);
  /// More variables of the chat template, an object or null.
  HEARTH_ARG(data::readers::JsonValue, template_variables);
};

/// Writes texts on: Hugging Face's "text-generation".
class HEARTH_API TextGenerationPipeline : public Pipeline {
 public:
  using Options = TextGenerationOptions;
  /// The model is one for causal language modelling.
  TextGenerationPipeline(PreTrainedTokenizer tokenizer, std::shared_ptr<PreTrainedModelImpl> model,
                         GenerationConfig config = {});
  static TextGenerationPipeline from_pretrained(const std::string& name_or_path,
                                                const PipelineOptions& options = {});

  /// As many texts as num_return_sequences says.
  std::vector<GeneratedText> operator()(const std::string& prompt,
                                        const Options& options = {}) const;
  /// Answers a conversation, whose form the model's chat template gives; one that ends with the
  /// assistant's words is gone on with. Throws ValueError where there is no template.
  std::vector<GeneratedText> operator()(ArrayRef<ChatMessage> messages,
                                        const Options& options = {}) const;

  /// From generation_config.json, with 256 new tokens where it does not say how many.
  GenerationConfig generation_config;

 private:
  TextGenerationPipeline(const std::string& name_or_path, const PipelineOptions& options);
  std::vector<std::string> write(BatchEncoding prompt, const Options& options) const;
};

}  // namespace hearth::text
