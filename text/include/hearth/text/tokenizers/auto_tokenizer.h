// SPDX-License-Identifier: Apache-2.0
// A tokenizer with what a published model says about its use.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hearth/hub/hub.h"
#include "hearth/tensor/tensor.h"
#include "hearth/text/models/pretrained_model.h"
#include "hearth/text/tokenizers/tokenizer.h"

namespace hearth::text {

enum class PaddingStrategy { Longest, MaxLength, DoNotPad };

/// How a batch becomes tensors; names are those of Hugging Face's `tokenizer(...)`.
struct BatchOptions {
  HEARTH_ARG(bool, add_special_tokens) = true;
  HEARTH_ARG(PaddingStrategy, padding) = PaddingStrategy::Longest;
  /// Whether what is longer than max_length is cut.
  HEARTH_ARG(bool, truncation) = false;
  HEARTH_ARG(TruncationStrategy, strategy) = TruncationStrategy::LongestFirst;
  /// Instead of the tokenizer's model_max_length.
  HEARTH_ARG(std::optional<int64_t>, max_length);
  /// Tokens that neighbouring pieces of a text share.
  HEARTH_ARG(int64_t, stride) = 0;
  /// Whether each piece that truncation cuts off becomes a row too.
  HEARTH_ARG(bool, return_overflowing_tokens) = false;
  HEARTH_ARG(int64_t, pad_to_multiple_of) = 0;
  /// Instead of the tokenizer's.
  HEARTH_ARG(std::optional<Side>, padding_side);
  HEARTH_ARG(OffsetUnit, offsets) = OffsetUnit::CodePoints;
  /// 0: as many as get_num_threads().
  HEARTH_ARG(int64_t, num_threads) = 0;
};

/// A batch as models take it: int64 [rows, length].
struct HEARTH_API BatchEncoding {
  /// token_type_ids is undefined where the model takes none.
  Tensor input_ids, attention_mask, token_type_ids;
  /// One of each row.
  std::vector<Encoding> encodings;
  /// By row, the number of its text: with overflowing tokens a text has several rows.
  std::vector<int64_t> overflow_to_sample_mapping;

  int64_t size() const { return static_cast<int64_t>(encodings.size()); }
  ModelInputs inputs() const;
};

/// A tokenizer and how its model uses it, as Hugging Face's `PreTrainedTokenizerFast`: what
/// tokenizer_config.json, special_tokens_map.json and chat_template.jinja say.
class HEARTH_API PreTrainedTokenizer {
 public:
  explicit PreTrainedTokenizer(Tokenizer backend) : tokenizer(std::move(backend)) {}

  BatchEncoding operator()(ArrayRef<std::string> texts, const BatchOptions& options = {}) const;
  BatchEncoding operator()(ArrayRef<std::pair<std::string, std::string>> pairs,
                           const BatchOptions& options = {}) const;
  /// Of texts that are split into words already.
  BatchEncoding encode_words(ArrayRef<std::vector<std::string>> texts,
                             const BatchOptions& options = {}) const;
  /// Pads rows of different lengths; empty rows of `encodings` are allowed.
  BatchEncoding pad(std::vector<Encoding> encodings, const BatchOptions& options = {}) const;

  std::vector<uint32_t> encode(std::string_view text, bool add_special_tokens = true) const {
    return tokenizer.encode_ids(text, add_special_tokens);
  }
  /// With clean_up_tokenization_spaces, as the model's configuration has it.
  std::string decode(ArrayRef<uint32_t> ids, bool skip_special_tokens = false) const;

  /// Ids of the special tokens; none for one that there isn't.
  std::optional<uint32_t> bos_token_id() const { return id_of(bos_token); }
  std::optional<uint32_t> eos_token_id() const { return id_of(eos_token); }
  std::optional<uint32_t> unk_token_id() const { return id_of(unk_token); }
  std::optional<uint32_t> sep_token_id() const { return id_of(sep_token); }
  std::optional<uint32_t> pad_token_id() const { return id_of(pad_token); }
  std::optional<uint32_t> cls_token_id() const { return id_of(cls_token); }
  std::optional<uint32_t> mask_token_id() const { return id_of(mask_token); }

  /// The template "default", or the only one; none if there is none.
  std::optional<std::string> chat_template(const std::string& name = "default") const;

  /// Writes tokenizer.json, tokenizer_config.json, special_tokens_map.json and, if there is one,
  /// chat_template.jinja. The folder is made if need be.
  void save_pretrained(const std::string& folder) const;

  Tokenizer tokenizer;
  std::optional<std::string> bos_token, eos_token, unk_token, sep_token, pad_token, cls_token,
      mask_token;
  std::vector<std::string> additional_special_tokens;
  /// kNoLimit if nobody says one.
  int64_t model_max_length = kNoLimit;
  Side padding_side = Side::Right, truncation_side = Side::Right;
  bool clean_up_tokenization_spaces = false;
  /// Whether the model takes token_type_ids.
  bool token_type_ids = true;
  /// Names and texts, as they came.
  std::vector<std::pair<std::string, std::string>> chat_templates;
  /// tokenizer_config.json as it came; null if there was none.
  data::readers::JsonValue config;

  static constexpr int64_t kNoLimit = INT64_MAX;

 private:
  std::optional<uint32_t> id_of(const std::optional<std::string>& token) const;
};

/// Finds a tokenizer by the name of its model:
///
///     PreTrainedTokenizer tokenizer = AutoTokenizer::from_pretrained("bert-base-uncased");
///     ModelOutput output = model->forward(tokenizer({"Hello, world"}).inputs());
class HEARTH_API AutoTokenizer {
 public:
  /// A file that Tokenizer::from_file reads, with what lies beside it; a model's weights or
  /// config.json, beside which a tokenizer lies; a GGUF file; a folder; or a repository of Hugging
  /// Face's hub, "ORG/NAME" or "ORG/NAME@REVISION". Of a folder's files the first that there is:
  /// tokenizer.json, vocab.json with merges.txt, vocab.txt, tokenizer.model, spiece.model,
  /// spm.model or sentencepiece.bpe.model, *.tiktoken. Around a vocabulary stands what
  /// transformers' class of that tokenizer_class or model_type puts there; what SentencePiece has,
  /// if none is known. added_tokens.json adds tokens. Throws FileError, FormatError and
  /// NetworkError.
  static PreTrainedTokenizer from_pretrained(const std::string& name_or_path,
                                             const hub::HubOptions& options = {});
};

}  // namespace hearth::text
