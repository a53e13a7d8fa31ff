// SPDX-License-Identifier: Apache-2.0
// The special tokens that a class of tokenizers has where its files name none.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hearth::text {

class PreTrainedTokenizer;

/// "xlmroberta" of "xlm-roberta" and of "XLMRobertaTokenizerFast": a "model_type" of config.json
/// and a "tokenizer_class" of tokenizer_config.json.
std::string plain_family(std::string_view text);
/// The family whose tokenizers those of another are, "roberta" for "longformer"; or itself.
std::string_view tokenizer_family(std::string_view plain);

/// The token that a family has where nothing names another; "" for none. `name`: "bos_token" ...
std::string_view default_token(std::string_view family, std::string_view name);
/// Sets those that nothing has set and the vocabulary has.
void set_default_tokens(PreTrainedTokenizer& tokenizer, std::string_view family);
/// Whether models of that family take token_type_ids; none where nobody knows it.
std::optional<bool> takes_token_types(std::string_view family);

/// Whether tokenizers of that family put bos and eos around texts as add_bos_token and
/// add_eos_token say.
bool frames_texts(std::string_view family);
/// Whether a family's batches are padded at the left, unless its files say otherwise.
bool pads_left(std::string_view family);

/// A special token by its name in the files, "bos_token" ...; null if there is no such name.
std::optional<std::string>* special_token_of(PreTrainedTokenizer& tokenizer, std::string_view name);
const std::optional<std::string>* special_token_of(const PreTrainedTokenizer& tokenizer,
                                                   std::string_view name);
inline constexpr const char* kSpecialTokenNames[] = {
    "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"};

}  // namespace hearth::text
