// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <utility>

#include <nlohmann/json.hpp>

#include "hearth/base/atomic_file.h"
#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/text/tokenizers/auto_tokenizer.h"

#include "tokenizers/decode_steps.h"
#include "tokenizers/encode_rows.h"
#include "tokenizers/encoding_edits.h"
#include "tokenizers/special_tokens.h"

namespace hearth::text {
namespace {

template <typename List>
Tensor to_tensor(const std::vector<Encoding>& rows, int64_t length, List Encoding::*list) {
  Tensor out = empty({static_cast<int64_t>(rows.size()), length}, kInt64);
  auto* at = out.mutable_data_ptr<int64_t>();
  for (const Encoding& row : rows) at = std::copy((row.*list).begin(), (row.*list).end(), at);
  return out;
}

/// The length that rows get; none: they stay as they are.
std::optional<int64_t> padded_length(const PreTrainedTokenizer& tokenizer,
                                     const std::vector<Encoding>& rows,
                                     const BatchOptions& options) {
  if (options.padding() == PaddingStrategy::DoNotPad) return std::nullopt;
  int64_t length = 0;
  for (const Encoding& row : rows) length = std::max(length, static_cast<int64_t>(row.size()));
  if (options.padding() == PaddingStrategy::MaxLength) {
    const int64_t most = options.max_length().value_or(tokenizer.model_max_length);
    if (most != PreTrainedTokenizer::kNoLimit) length = std::max(length, most);
  }
  if (const int64_t multiple = options.pad_to_multiple_of(); multiple > 0)
    length = (length + multiple - 1) / multiple * multiple;
  return length;
}

template <typename MakeRow>
BatchEncoding encode_all(const PreTrainedTokenizer& tokenizer, size_t n,
                         const BatchOptions& options, const MakeRow& make_row) {
  const Tokenizer::Impl& impl = tokenizer.tokenizer.impl();
  std::optional<Truncation> truncation;
  const int64_t most = options.max_length().value_or(tokenizer.model_max_length);
  if (options.truncation() && most != PreTrainedTokenizer::kNoLimit) {
    truncation.emplace();
    truncation->max_length(most).stride(options.stride()).strategy(options.strategy());
    truncation->direction(tokenizer.truncation_side);
    HEARTH_CHECK_AS(ValueError, most >= 0 && options.stride() >= 0,
                    "[PreTrainedTokenizer] expected a max_length and a stride of 0 or more, got ",
                    most, " and ", options.stride());
  }
  EncodeOptions its;
  its.add_special_tokens(options.add_special_tokens()).offsets(options.offsets());
  std::vector<Encoding> texts(n);
  for_each_row(n, options.num_threads(),
               [&](size_t i) { texts[i] = encode_row(impl, make_row(i), truncation, its); });
  std::vector<Encoding> rows;
  std::vector<int64_t> text_of_row;
  for (size_t i = 0; i < n; ++i) {
    std::vector<Encoding> pieces = std::exchange(texts[i].overflowing, {});
    rows.push_back(std::move(texts[i]));
    if (!options.return_overflowing_tokens()) pieces.clear();
    for (Encoding& piece : pieces) rows.push_back(std::move(piece));
    text_of_row.resize(rows.size(), static_cast<int64_t>(i));
  }
  BatchEncoding out = tokenizer.pad(std::move(rows), options);
  out.overflow_to_sample_mapping = std::move(text_of_row);
  return out;
}

std::string dump(const nlohmann::ordered_json& json) {
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

ModelInputs BatchEncoding::inputs() const {
  return ModelInputs()
      .input_ids(input_ids)
      .attention_mask(attention_mask)
      .token_type_ids(token_type_ids);
}

BatchEncoding PreTrainedTokenizer::operator()(ArrayRef<std::string> texts,
                                              const BatchOptions& options) const {
  return encode_all(*this, texts.size(), options, [&](size_t i) { return Row{.text = texts[i]}; });
}

BatchEncoding PreTrainedTokenizer::operator()(ArrayRef<std::pair<std::string, std::string>> pairs,
                                              const BatchOptions& options) const {
  return encode_all(*this, pairs.size(), options,
                    [&](size_t i) { return Row{.text = pairs[i].first, .pair = pairs[i].second}; });
}

BatchEncoding PreTrainedTokenizer::encode_words(ArrayRef<std::vector<std::string>> texts,
                                                const BatchOptions& options) const {
  return encode_all(*this, texts.size(), options,
                    [&](size_t i) { return Row{.words = ArrayRef<std::string>(texts[i])}; });
}

BatchEncoding PreTrainedTokenizer::pad(std::vector<Encoding> encodings,
                                       const BatchOptions& options) const {
  BatchEncoding out;
  const auto length = padded_length(*this, encodings, options);
  for (Encoding& row : encodings) {
    if (!length || static_cast<int64_t>(row.size()) == *length) continue;
    const auto id = pad_token_id();
    HEARTH_CHECK_AS(ValueError, id.has_value(),
                    "[PreTrainedTokenizer] texts of different lengths are to be padded, and there "
                    "is no pad_token; set one (tokenizer.pad_token = tokenizer.eos_token)");
    Padding padding;
    padding.pad_id(*id).pad_token(*pad_token);
    padding.direction(options.padding_side().value_or(padding_side));
    hearth::text::pad(row, static_cast<size_t>(*length), padding);
  }
  const auto size = static_cast<int64_t>(encodings.empty() ? 0 : encodings[0].size());
  for (const Encoding& row : encodings)
    HEARTH_CHECK_AS(ValueError, static_cast<int64_t>(row.size()) == size,
                    "[PreTrainedTokenizer] expected texts of the same number of tokens without "
                    "padding, got ",
                    size, " and ", row.size());
  out.input_ids = to_tensor(encodings, size, &Encoding::ids);
  out.attention_mask = to_tensor(encodings, size, &Encoding::attention_mask);
  if (token_type_ids) out.token_type_ids = to_tensor(encodings, size, &Encoding::type_ids);
  out.overflow_to_sample_mapping.resize(encodings.size());
  for (size_t i = 0; i < encodings.size(); ++i)
    out.overflow_to_sample_mapping[i] = static_cast<int64_t>(i);
  out.encodings = std::move(encodings);
  return out;
}

std::string PreTrainedTokenizer::decode(ArrayRef<uint32_t> ids, bool skip_special_tokens) const {
  std::string text = tokenizer.decode(ids, skip_special_tokens);
  // Blanks that a BPE has in its tokens were the writer's.
  if (clean_up_tokenization_spaces && !tokenizer.impl().is_bpe) clean_up_spaces(text, false);
  return text;
}

std::optional<uint32_t> PreTrainedTokenizer::id_of(const std::optional<std::string>& token) const {
  return token ? tokenizer.token_to_id(*token) : std::nullopt;
}

std::optional<std::string> PreTrainedTokenizer::chat_template(const std::string& name) const {
  for (const auto& [its_name, text] : chat_templates)
    if (its_name == name) return text;
  if (name == "default" && chat_templates.size() == 1) return chat_templates[0].second;
  return std::nullopt;
}

void PreTrainedTokenizer::save_pretrained(const std::string& folder) const {
  using nlohmann::ordered_json;
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  HEARTH_CHECK_AS(FileError, std::filesystem::is_directory(folder, failed), "[", folder,
                  "] the folder cannot be made");
  ordered_json settings = ordered_json::object();
  if (!config.is_null()) settings = ordered_json::parse(config.dump());
  settings.erase("chat_template");
  ordered_json special = ordered_json::object();
  for (const char* name : kSpecialTokenNames) {
    const auto& token = *special_token_of(*this, name);
    if (token) special[name] = *token;
    settings[name] = token ? ordered_json(*token) : ordered_json();
  }
  if (!additional_special_tokens.empty()) {
    special["additional_special_tokens"] = additional_special_tokens;
    if (!settings.contains("extra_special_tokens"))
      settings["additional_special_tokens"] = additional_special_tokens;
  }
  ordered_json decoder = ordered_json::object();
  for (const auto& [id, token] : tokenizer.added_tokens())
    decoder[std::to_string(id)] = {
        {"content", token.content()},         {"lstrip", token.lstrip()},
        {"normalized", token.normalized()},   {"rstrip", token.rstrip()},
        {"single_word", token.single_word()}, {"special", token.special()}};
  settings["added_tokens_decoder"] = std::move(decoder);
  settings["clean_up_tokenization_spaces"] = clean_up_tokenization_spaces;
  settings["padding_side"] = padding_side == Side::Left ? "left" : "right";
  settings["truncation_side"] = truncation_side == Side::Left ? "left" : "right";
  if (model_max_length != kNoLimit) settings["model_max_length"] = model_max_length;
  settings["model_input_names"] =
      token_type_ids ? ordered_json{"input_ids", "token_type_ids", "attention_mask"}
                     : ordered_json{"input_ids", "attention_mask"};
  if (!settings.contains("tokenizer_class"))
    settings["tokenizer_class"] = "PreTrainedTokenizerFast";
  const bool one = chat_templates.size() == 1 && chat_templates[0].first == "default";
  if (!chat_templates.empty() && !one) {
    for (const auto& [name, text] : chat_templates)
      settings["chat_template"].push_back({{"name", name}, {"template", text}});
  }
  tokenizer.save(folder + "/tokenizer.json");
  write_file_atomically(folder + "/special_tokens_map.json", dump(special));
  if (one) write_file_atomically(folder + "/chat_template.jinja", chat_templates[0].second);
  write_file_atomically(folder + "/tokenizer_config.json", dump(settings));
}

}  // namespace hearth::text
