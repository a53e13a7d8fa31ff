// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/special_tokens.h"

#include <algorithm>
#include <cctype>
#include <utility>

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
    {"albert", false, {"[CLS]", "[SEP]", "<unk>", "[SEP]", "<pad>", "[CLS]", "[MASK]"}},
    {"bert", true, HEARTH_BERT_TOKENS},
    {"camembert", false, HEARTH_ROBERTA_TOKENS},
    {"clip", false, {"<|startoftext|>", kEndOfText, kEndOfText, "", kEndOfText, "", ""}},
    {"deberta", true, {"[CLS]", "[SEP]", "[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]"}},
    {"debertav2", true, {"[CLS]", "[SEP]", "[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]"}},
    {"distilbert", false, HEARTH_BERT_TOKENS},
    {"gemma", false, {"<bos>", "<eos>", "<unk>", "", "<pad>", "", "<mask>"}},
    {"gpt2", false, {kEndOfText, kEndOfText, kEndOfText, "", "", "", ""}},
    {"llama", false, HEARTH_LLAMA_TOKENS},
    {"mistral", false, HEARTH_LLAMA_TOKENS},
    {"modernbert", false, HEARTH_BERT_TOKENS},
    {"mpnet", false, {"<s>", "</s>", "[UNK]", "</s>", "<pad>", "<s>", "<mask>"}},
    {"qwen2", false, {"", kEndOfText, kEndOfText, "", kEndOfText, "", ""}},
    {"roberta", false, HEARTH_ROBERTA_TOKENS},
    {"t5", false, {"", "</s>", "<unk>", "", "<pad>", "", ""}},
    {"xlmroberta", false, HEARTH_ROBERTA_TOKENS},
    {"xlnet", false, {"<s>", "</s>", "<unk>", "<sep>", "<pad>", "<cls>", "<mask>"}},
};

/// Those that make their own post-processor.
constexpr std::string_view kFraming[] = {"codellama", "cohere", "gemma", "llama"};

/// Those that pad at the left where nothing is said.
constexpr std::string_view kPadLeft[] = {"codellama", "cohere",  "gemma",
                                         "llama",     "siglip2", "xlnet"};

/// Models that have the tokenizers of another family.
constexpr std::pair<std::string_view, std::string_view> kLike[] = {
    {"bart", "roberta"},
    {"codegen", "gpt2"},
    {"convbert", "bert"},
    {"data2vectext", "roberta"},
    {"distilbert", "bert"},
    {"electra", "bert"},
    {"ernie", "bert"},
    {"gemma2", "gemma"},
    {"gemma3", "gemma"},
    {"gemma3text", "gemma"},
    {"gptj", "gpt2"},
    {"gptneo", "gpt2"},
    {"gte", "xlmroberta"},
    {"ibert", "roberta"},
    {"layoutlm", "bert"},
    {"lilt", "roberta"},
    {"longformer", "roberta"},
    {"megatronbert", "bert"},
    {"mobilebert", "bert"},
    {"mt5", "t5"},
    {"nomicbert", "bert"},
    {"opt", "gpt2"},
    {"phi", "gpt2"},
    {"qwen2moe", "qwen2"},
    {"qwen3", "qwen2"},
    {"qwen3moe", "qwen2"},
    {"squeezebert", "bert"},
    {"starcoder2", "gpt2"},
    {"switchtransformers", "t5"},
    {"xmod", "xlmroberta"},
    {"yoso", "albert"},
};

const Family* find(std::string_view text) {
  const std::string name = plain_family(text);
  for (const std::string_view wanted : {std::string_view(name), tokenizer_family(name)})
    for (const Family& family : kFamilies)
      if (family.name == wanted) return &family;
  return nullptr;
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

std::string plain_family(std::string_view text) {
  std::string name;
  for (const char c : text)
    if (std::isalnum(static_cast<unsigned char>(c)))
      name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const std::string_view ending : {"fast", "tokenizer"})
    if (name.ends_with(ending)) name.resize(name.size() - ending.size());
  return name;
}

std::string_view tokenizer_family(std::string_view plain) {
  for (const auto& [name, like] : kLike)
    if (name == plain) return like;
  return plain;
}

std::string_view default_token(std::string_view family, std::string_view name) {
  const Family* const known = find(family);
  for (size_t i = 0; known && i < std::size(kSpecialTokenNames); ++i)
    if (name == kSpecialTokenNames[i]) return known->tokens[i];
  return "";
}

std::optional<std::string>* special_token_of(PreTrainedTokenizer& tokenizer,
                                             std::string_view name) {
  return find_token(tokenizer, name);
}

const std::optional<std::string>* special_token_of(const PreTrainedTokenizer& tokenizer,
                                                   std::string_view name) {
  return find_token(tokenizer, name);
}

void set_default_tokens(PreTrainedTokenizer& tokenizer, std::string_view family) {
  for (const char* name : kSpecialTokenNames) {
    const std::string_view token = default_token(family, name);
    std::optional<std::string>& its = *special_token_of(tokenizer, name);
    if (!its && !token.empty() && tokenizer.tokenizer.token_to_id(token)) its = token;
  }
}

bool frames_texts(std::string_view family) {
  const std::string name(tokenizer_family(plain_family(family)));
  return std::find(std::begin(kFraming), std::end(kFraming), name) != std::end(kFraming);
}

bool pads_left(std::string_view family) {
  const std::string name(tokenizer_family(plain_family(family)));
  return std::find(std::begin(kPadLeft), std::end(kPadLeft), name) != std::end(kPadLeft);
}

std::optional<bool> takes_token_types(std::string_view family) {
  const Family* const known = find(family);
  if (!known) return std::nullopt;
  return known->token_types;
}

}  // namespace hearth::text
