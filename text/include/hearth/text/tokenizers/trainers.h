// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/base/callable.h"
#include "hearth/base/macros.h"
#include "hearth/text/tokenizers/tokenizer.h"

namespace hearth::text {

class Model;
class WordCounts;

/// Is called with what is being done ("Compute merges"), how much of it is done, and of how much;
/// the last call of each has both equal.
using TrainingProgress = Callable<void(std::string_view what, size_t done, size_t total)>;

/// What makes a model of texts, for `Tokenizer::train`. Names, defaults and results are those of
/// Hugging Face's `tokenizers.trainers`: vocabulary and merges are the same, byte for byte. (Where
/// HF's depend on the order of its hash tables, as ids of letters with a prefix or suffix do,
/// letters are taken as they first come in the texts.)
class HEARTH_API Trainer {
 public:
  virtual ~Trainer();
  virtual const std::vector<AddedToken>& special_tokens() const = 0;
  virtual const TrainingProgress& progress() const = 0;
  /// A model of words with the settings of `old`, which must be of the trainer's kind.
  virtual std::unique_ptr<Model> train(const WordCounts& words, const Model& old) const = 0;
};

struct BpeTrainerOptions {
  HEARTH_ARG(size_t, vocab_size) = 30000;
  /// Pairs that are rarer are not merged.
  HEARTH_ARG(uint64_t, min_frequency) = 0;
  HEARTH_ARG(std::vector<AddedToken>, special_tokens);
  /// How many different letters are kept, the most frequent.
  HEARTH_ARG(std::optional<size_t>, limit_alphabet);
  /// Letters that the vocabulary has in any case, a code point each.
  HEARTH_ARG(std::vector<std::string>, initial_alphabet);
  HEARTH_ARG(std::optional<std::string>, continuing_subword_prefix);
  HEARTH_ARG(std::optional<std::string>, end_of_word_suffix);
  /// In code points.
  HEARTH_ARG(std::optional<size_t>, max_token_length);
  HEARTH_ARG(TrainingProgress, progress);
};

/// The 256 letters that stand for bytes: the initial alphabet of a byte-level BPE
/// (`pre_tokenizers.ByteLevel.alphabet()`).
HEARTH_API std::vector<std::string> byte_level_alphabet();

class HEARTH_API BpeTrainer : public Trainer {
 public:
  explicit BpeTrainer(BpeTrainerOptions options = {}) : options_(std::move(options)) {}
  const std::vector<AddedToken>& special_tokens() const override {
    return options_.special_tokens();
  }
  const TrainingProgress& progress() const override { return options_.progress(); }
  std::unique_ptr<Model> train(const WordCounts& words, const Model& old) const override;

 private:
  BpeTrainerOptions options_;
};

/// Byte pair encoding, whose vocabulary becomes that of a WordPiece model. The prefix is "##"
/// unless the options say otherwise.
class HEARTH_API WordPieceTrainer : public Trainer {
 public:
  explicit WordPieceTrainer(BpeTrainerOptions options = {});
  const std::vector<AddedToken>& special_tokens() const override {
    return options_.special_tokens();
  }
  const TrainingProgress& progress() const override { return options_.progress(); }
  std::unique_ptr<Model> train(const WordCounts& words, const Model& old) const override;

 private:
  BpeTrainerOptions options_;
};

struct WordLevelTrainerOptions {
  HEARTH_ARG(size_t, vocab_size) = 30000;
  HEARTH_ARG(uint64_t, min_frequency) = 0;
  HEARTH_ARG(std::vector<AddedToken>, special_tokens);
  HEARTH_ARG(TrainingProgress, progress);
};

/// The most frequent words; of equally frequent ones, in order of their bytes.
class HEARTH_API WordLevelTrainer : public Trainer {
 public:
  explicit WordLevelTrainer(WordLevelTrainerOptions options = {}) : options_(std::move(options)) {}
  const std::vector<AddedToken>& special_tokens() const override {
    return options_.special_tokens();
  }
  const TrainingProgress& progress() const override { return options_.progress(); }
  std::unique_ptr<Model> train(const WordCounts& words, const Model& old) const override;

 private:
  WordLevelTrainerOptions options_;
};

/// Options of SentencePiece's trainer; the defaults are its own.
struct SentencePieceTrainerOptions {
  /// "unigram" or "bpe".
  HEARTH_ARG(std::string, model_type) = "unigram";
  HEARTH_ARG(int64_t, vocab_size) = 8000;
  HEARTH_ARG(double, character_coverage) = 0.9995;
  HEARTH_ARG(bool, byte_fallback) = false;
  HEARTH_ARG(bool, hard_vocab_limit) = true;
  HEARTH_ARG(std::string, normalization_rule_name) = "nmt_nfkc";
  HEARTH_ARG(bool, add_dummy_prefix) = true;
  HEARTH_ARG(bool, remove_extra_whitespaces) = true;
  HEARTH_ARG(std::vector<std::string>, control_symbols);
  HEARTH_ARG(std::vector<std::string>, user_defined_symbols);
  HEARTH_ARG(int64_t, unk_id) = 0;
  HEARTH_ARG(int64_t, bos_id) = 1;
  HEARTH_ARG(int64_t, eos_id) = 2;
  HEARTH_ARG(int64_t, pad_id) = -1;
};

/// The bytes of a .model, trained by the SentencePiece library on sentences. NotImplementedError in
/// a build without it.
HEARTH_API std::string train_sentencepiece(const NextText& next,
                                           const SentencePieceTrainerOptions& options = {});

}  // namespace hearth::text
