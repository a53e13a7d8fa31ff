// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/pipelines/text_generation.h"

#include <utility>

#include "hearth/base/error.h"
#include "hearth/base/generator.h"
#include "hearth/hub/model_files.h"
#include "hearth/ops/creation.h"
#include "hearth/text/generation/generate.h"
#include "hearth/text/models/causal_lm.h"
#include "hearth/text/tokenizers/decode_stream.h"

namespace hearth::text {
namespace {

constexpr int64_t kNewTokens = 256;

GenerationConfig with_length(GenerationConfig config) {
  if (!config.max_new_tokens() && config.max_length() == GenerationConfig().max_length())
    config.max_new_tokens(kNewTokens);
  return config;
}

SpecialTokens special_tokens(const PreTrainedTokenizer& tokenizer) {
  SpecialTokens tokens;
  const auto add = [&](const char* role, const std::optional<std::string>& token) {
    if (token) tokens[role] = *token;
  };
  add("bos_token", tokenizer.bos_token);
  add("eos_token", tokenizer.eos_token);
  add("unk_token", tokenizer.unk_token);
  add("sep_token", tokenizer.sep_token);
  add("pad_token", tokenizer.pad_token);
  add("cls_token", tokenizer.cls_token);
  add("mask_token", tokenizer.mask_token);
  return tokens;
}

}  // namespace

TextGenerationPipeline::TextGenerationPipeline(PreTrainedTokenizer tokenizer,
                                               std::shared_ptr<PreTrainedModelImpl> model,
                                               GenerationConfig config)
    : Pipeline(std::move(tokenizer), std::move(model)),
      generation_config(with_length(std::move(config))) {
  HEARTH_CHECK_AS(ValueError, dynamic_cast<CausalLMImpl*>(&this->model()),
                  "[TextGenerationPipeline] expected a model for causal language modelling");
}

TextGenerationPipeline::TextGenerationPipeline(const std::string& name_or_path,
                                               const PipelineOptions& options)
    : Pipeline(Head::CausalLM, name_or_path, options) {
  const hub::ModelFiles files = hub::model_files(name_or_path, true, options.hub());
  generation_config = with_length(
      GenerationConfig::from_pretrained(files.config.empty() ? files.weights : files.config));
}

TextGenerationPipeline TextGenerationPipeline::from_pretrained(const std::string& name_or_path,
                                                               const PipelineOptions& options) {
  return {name_or_path, options};
}

std::vector<std::string> TextGenerationPipeline::write(BatchEncoding prompt,
                                                       const Options& options) const {
  const GenerationConfig& config =
      options.generation_config() ? *options.generation_config() : generation_config;
  if (prompt.input_ids.size(1) == 0) {
    // Of nothing, a text begins with the token for that.
    std::optional<int64_t> first = config.bos_token_id();
    if (const auto its = tokenizer().bos_token_id(); !first && its) first = *its;
    HEARTH_CHECK_AS(ValueError, first,
                    "[TextGenerationPipeline] expected a prompt of one token or more; there is no "
                    "bos_token to begin with");
    prompt.input_ids = full({1, 1}, *first, kLong);
    prompt.attention_mask = ones({1, 1}, kLong);
  }
  GenerateOptions how;
  how.attention_mask(prompt.attention_mask.to(device())).tokenizer(tokenizer().tokenizer);
  if (options.seed()) how.generator(Generator(*options.seed()));
  std::optional<DecodeStream> stream;
  if (options.streamer()) {
    stream.emplace(tokenizer().tokenizer);
    how.streamer([&](int64_t token) {
      if (const auto text = stream->step(static_cast<uint32_t>(token))) options.streamer()(*text);
    });
  }
  const Tensor sequences =
      generate(static_cast<CausalLMImpl&>(model()), prompt.input_ids.to(device()), config, how)
          .sequences.cpu()
          .contiguous();
  if (stream)
    if (const auto text = stream->finish()) options.streamer()(*text);
  const auto* ids = sequences.const_data_ptr<int64_t>();
  const int64_t before = prompt.input_ids.size(1), length = sequences.size(1);
  std::vector<std::string> texts;
  for (int64_t row = 0; row < sequences.size(0); ++row) {
    const std::vector<uint32_t> written(ids + row * length + before, ids + (row + 1) * length);
    texts.push_back(tokenizer().decode(written, /*skip_special_tokens=*/true));
  }
  return texts;
}

std::vector<GeneratedText> TextGenerationPipeline::operator()(const std::string& prompt,
                                                              const Options& options) const {
  std::vector<GeneratedText> results;
  for (std::string& text : write(tokenizer()(ArrayRef<std::string>(prompt)), options))
    results.push_back({options.return_full_text() ? prompt + text : std::move(text), {}});
  return results;
}

std::vector<GeneratedText> TextGenerationPipeline::operator()(ArrayRef<ChatMessage> messages,
                                                              const Options& options) const {
  const auto form = tokenizer().chat_template();
  HEARTH_CHECK_AS(
      ValueError, form,
      "[TextGenerationPipeline] the model has no chat template; give it a prompt, not a "
      "conversation");
  HEARTH_CHECK_AS(ValueError, !messages.empty(),
                  "[TextGenerationPipeline] expected messages, got none");
  const bool goes_on = messages[messages.size() - 1].role == "assistant";
  const std::string prompt =
      ChatTemplate(*form).apply(messages, ChatOptions()
                                              .add_generation_prompt(!goes_on)
                                              .continue_final_message(goes_on)
                                              .variables(options.template_variables())
                                              .special_tokens(special_tokens(tokenizer())));
  // The template has written the special tokens.
  const BatchEncoding batch =
      tokenizer()(ArrayRef<std::string>(prompt), BatchOptions().add_special_tokens(false));
  std::vector<GeneratedText> results;
  for (std::string& text : write(batch, options)) {
    GeneratedText result{text, {messages.begin(), messages.end()}};
    if (goes_on)
      result.messages.back().content += text;
    else
      result.messages.push_back({"assistant", std::move(text)});
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace hearth::text
