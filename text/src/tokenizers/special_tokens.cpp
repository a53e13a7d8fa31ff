// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/special_tokens.h"

#include <algorithm>
#include <cctype>

#include "hearth/text/tokenizers/auto_tokenizer.h"

namespace hearth::text {
namespace {

/// What Hugging Face's classes say, in the order of kSpecialTokenNames; "" for none.
struct Family {
  std::string_view name;
  bool token_types;
  std::string_view tokens[std::size(kSpecialTokenNames)];
};

constexpr std::string_view kEndOfText = "<|endoftext|>";
#define HEARTH_BERT_TOKENS \
  { "", "", "[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]" }
#define HEARTH_ROBERTA_TOKENS \
  { "<s>", "</s>", "<unk>", "</s>", "<pad>", "<s>", "<mask>" }
#define HEARTH_LLAMA_TOKENS \
  { "<s>", "</s>", "<unk>", "", "", "", "" }

constexpr Family kFamilies[] = {
    {"albert", true, {"[CLS]", "[SEP]", "<unk>", "[SEP]", "<pad>", "[CLS]", "[MASK]"}},
    {"bart", false, HEARTH_ROBERTA_TOKENS},
    {"bert", true, HEARTH_BERT_TOKENS},
    {"camembert", false, HEARTH_ROBERTA_TOKENS},
    {"clip", false, {"<|startoftext|>", kEndOfText, kEndOfText, "", kEndOfText, "", ""}},
    {"debertav2", true, {"[CLS]", "[SEP]", "[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]"}},
    {"distilbert", false, HEARTH_BERT_TOKENS},
    {"electra", true, HEARTH_BERT_TOKENS},
    {"gemma", false, {"<bos>", "<eos>", "<unk>", "", "<pad>", "", "<mask>"}},
    {"gpt2", false, {kEndOfText, kEndOfText, kEndOfText, "", "", "", ""}},
    {"llama", false, HEARTH_LLAMA_TOKENS},
    {"longformer", false, HEARTH_ROBERTA_TOKENS},
    {"mistral", false, HEARTH_LLAMA_TOKENS},
    {"modernbert", false, HEARTH_BERT_TOKENS},
    {"mpnet", false, {"<s>", "</s>", "[UNK]", "</s>", "<pad>", "<s>", "<mask>"}},
    {"qwen2", false, {"", kEndOfText, kEndOfText, "", kEndOfText, "", ""}},
    {"qwen3", false, {"", kEndOfText, kEndOfText, "", kEndOfText, "", ""}},
    {"roberta", false, HEARTH_ROBERTA_TOKENS},
    {"t5", false, {"", "</s>", "<unk>", "", "<pad>", "", ""}},
    {"xlmroberta", false, HEARTH_ROBERTA_TOKENS},
};

/// Those that make their own post-processor.
constexpr std::string_view kFraming[] = {"codellama", "cohere", "gemma", "llama"};

/// Those that pad at the left where nothing is said.
constexpr std::string_view kPadLeft[] = {"codellama", "cohere",  "gemma",
                                         "llama",     "siglip2", "xlnet"};

/// "xlm-roberta" and "XLMRobertaTokenizerFast" are one.
std::string plain_name(std::string_view text) {
  std::string name;
  for (const char c : text)
    if (std::isalnum(static_cast<unsigned char>(c)))
      name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const std::string_view ending : {"fast", "tokenizer"})
    if (name.ends_with(ending)) name.resize(name.size() - ending.size());
  return name;
}

const Family* find(std::string_view text) {
  const std::string name = plain_name(text);
  const auto* const found = std::find_if(std::begin(kFamilies), std::end(kFamilies),
                                         [&](const Family& family) { return family.name == name; });
  return found == std::end(kFamilies) ? nullptr : found;
}

template <typename Of>
auto* find_token(Of& of, std::string_view name) {
  decltype(&of.bos_token) const all[] = {&of.bos_token, &of.eos_token, &of.unk_token, &of.sep_token,
                                         &of.pad_token, &of.cls_token, &of.mask_token};
  for (size_t i = 0; i < std::size(all); ++i)
    if (name == kSpecialTokenNames[i]) return all[i];
  return decltype(&of.bos_token)(nullptr);
}

}  // namespace

std::optional<std::string>* special_token_of(PreTrainedTokenizer& tokenizer,
                                             std::string_view name) {
  return find_token(tokenizer, name);
}

const std::optional<std::string>* special_token_of(const PreTrainedTokenizer& tokenizer,
                                                   std::string_view name) {
  return find_token(tokenizer, name);
}

void set_default_tokens(PreTrainedTokenizer& tokenizer, std::string_view family) {
  const Family* const known = find(family);
  if (!known) return;
  for (size_t i = 0; i < std::size(kSpecialTokenNames); ++i) {
    const std::string_view token = known->tokens[i];
    std::optional<std::string>& its = *special_token_of(tokenizer, kSpecialTokenNames[i]);
    if (!its && !token.empty() && tokenizer.tokenizer.token_to_id(token)) its = token;
  }
}

bool frames_texts(std::string_view family) {
  const std::string name = plain_name(family);
  return std::find(std::begin(kFraming), std::end(kFraming), name) != std::end(kFraming);
}

bool pads_left(std::string_view family) {
  const std::string name = plain_name(family);
  return std::find(std::begin(kPadLeft), std::end(kPadLeft), name) != std::end(kPadLeft);
}

std::optional<bool> takes_token_types(std::string_view family) {
  const Family* const known = find(family);
  if (!known) return std::nullopt;
  return known->token_types;
}

}  // namespace hearth::text
