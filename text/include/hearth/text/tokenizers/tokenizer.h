// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/base/array_ref.h"
#include "hearth/base/callable.h"
#include "hearth/base/macros.h"
#include "hearth/text/tokenizers/encoding.h"

namespace hearth::text {

enum class Side { Left, Right };
enum class TruncationStrategy { LongestFirst, OnlyFirst, OnlySecond };

/// How long encodings may become. `max_length` counts special tokens too; what is cut off goes to
/// `overflowing`, in pieces that share `stride` tokens.
struct Truncation {
  HEARTH_ARG(int64_t, max_length) = 512;
  HEARTH_ARG(int64_t, stride) = 0;
  HEARTH_ARG(TruncationStrategy, strategy) = TruncationStrategy::LongestFirst;
  HEARTH_ARG(Side, direction) = Side::Right;
};

/// How encodings of a batch get the same length: that of the longest, or `length`.
struct Padding {
  HEARTH_ARG(std::optional<int64_t>, length);
  HEARTH_ARG(Side, direction) = Side::Right;
  HEARTH_ARG(int64_t, pad_to_multiple_of) = 0;
  HEARTH_ARG(uint32_t, pad_id) = 0;
  HEARTH_ARG(uint32_t, pad_type_id) = 0;
  HEARTH_ARG(std::string, pad_token) = "[PAD]";
};

struct EncodeOptions {
  HEARTH_ARG(bool, add_special_tokens) = true;
  HEARTH_ARG(OffsetUnit, offsets) = OffsetUnit::CodePoints;
  /// Of a batch; 0: as many as get_num_threads().
  HEARTH_ARG(int64_t, num_threads) = 0;
};

/// A token that is found in the text before it is split.
struct AddedToken {
  HEARTH_ARG(std::string, content);
  HEARTH_ARG(bool, single_word) = false;
  HEARTH_ARG(bool, lstrip) = false;
  HEARTH_ARG(bool, rstrip) = false;
  HEARTH_ARG(bool, normalized) = true;
  HEARTH_ARG(bool, special) = false;
};

class Trainer;
/// Sets `text` to the next text, or returns false at the end.
using NextText = Callable<bool(std::string& text)>;

/// A tokenizer as Hugging Face's `tokenizers.Tokenizer`: normalizer, pre-tokenizer, model,
/// post-processor, decoder, and added tokens. A handle that copies share; encoding and decoding may
/// run in many threads at once, setting anything may not.
class HEARTH_API Tokenizer {
 public:
  /// tokenizer.json, a SentencePiece .model, a .tiktoken file, vocab.txt of BERT, or vocab.json
  /// with merges.txt beside it, told by its content. Throws FileError and FormatError.
  static Tokenizer from_file(const std::string& path);
  /// The text of a tokenizer.json. `source` is named in errors.
  static Tokenizer from_json(std::string_view json, const std::string& source = "tokenizer.json");
  /// Writes tokenizer.json, whole or not at all.
  void save(const std::string& path, bool pretty = true) const;
  std::string to_json(bool pretty = true) const;

  /// Invalid UTF-8 throws ValueError, which says where it is.
  Encoding encode(std::string_view text, const EncodeOptions& options = {}) const;
  Encoding encode(std::string_view text, std::string_view pair,
                  const EncodeOptions& options = {}) const;
  /// Of words that are split already (is_pretokenized).
  Encoding encode_words(ArrayRef<std::string> words, const EncodeOptions& options = {}) const;
  std::vector<Encoding> encode_batch(ArrayRef<std::string> texts,
                                     const EncodeOptions& options = {}) const;
  std::vector<Encoding> encode_batch(ArrayRef<std::pair<std::string, std::string>> pairs,
                                     const EncodeOptions& options = {}) const;
  /// Ids alone, the fastest way; as encode's, with truncation, without padding.
  std::vector<uint32_t> encode_ids(std::string_view text, bool add_special_tokens = true) const;
  std::vector<std::vector<uint32_t>> encode_ids_batch(ArrayRef<std::string> texts,
                                                      const EncodeOptions& options = {}) const;

  std::string decode(ArrayRef<uint32_t> ids, bool skip_special_tokens = true) const;
  std::vector<std::string> decode_batch(ArrayRef<std::vector<uint32_t>> ids,
                                        bool skip_special_tokens = true) const;

  std::optional<uint32_t> token_to_id(std::string_view token) const;
  /// None for an id that there isn't.
  std::optional<std::string> id_to_token(uint32_t id) const;
  size_t vocab_size(bool with_added_tokens = true) const;
  bool is_special(uint32_t id) const;
  /// By id.
  std::vector<std::pair<uint32_t, AddedToken>> added_tokens() const;
  /// How many are new.
  size_t add_tokens(ArrayRef<AddedToken> tokens);
  size_t add_special_tokens(ArrayRef<AddedToken> tokens);
  /// How many special tokens encode puts around a text, or a pair.
  size_t num_special_tokens_to_add(bool pair = false) const;

  const std::optional<Truncation>& truncation() const;
  void enable_truncation(const Truncation& truncation);
  void no_truncation();
  const std::optional<Padding>& padding() const;
  void enable_padding(const Padding& padding);
  void no_padding();
  /// Whether special tokens in a text are taken as plain text.
  bool encode_special_tokens() const;
  void set_encode_special_tokens(bool value);

  /// Gives the tokenizer a new model, made of texts as its normalizer and pre-tokenizer split them,
  /// with the settings of the old one, and adds the trainer's special tokens (trainers.h). Invalid
  /// UTF-8 throws ValueError.
  void train_from_iterator(const NextText& next, const Trainer& trainer);
  /// Of files, a text a line, with its end.
  void train(ArrayRef<std::string> files, const Trainer& trainer);

  struct Impl;
  explicit Tokenizer(std::shared_ptr<Impl> impl);
  const Impl& impl() const { return *impl_; }

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace hearth::text
