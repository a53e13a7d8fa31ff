// SPDX-License-Identifier: Apache-2.0
// Metrics of text, which is UTF-8; characters are code points. Values are double, on the CPU.
// Counts are pooled over the whole corpus, never averages of sentences, but where told.
#pragma once

#include "hearth/base/arg.h"
#include "hearth/metrics/metric.h"

namespace hearth::metrics {

using Texts = std::vector<std::string>;
/// Each prediction's references.
using TextLists = std::vector<Texts>;

/// `update(preds, target)` of as many texts.
using TextMetric = MetricOf<Tensor, Texts, Texts>;
/// `update(preds, target)` with several references for each prediction.
using ReferencesMetric = MetricOf<Tensor, Texts, TextLists>;

/// Base of the rates of word and character errors. States: edits, and lengths of predictions, of
/// targets, and of the longer of both.
class HEARTH_API ErrorRate : public TextMetric {
 protected:
  enum class Rate { Word, Char, Match, InfoLost, InfoPreserved };
  ErrorRate(const char* name, Rate rate);
  void accumulate(const Texts& preds, const Texts& target) override;
  Tensor value() const override;

 private:
  Rate rate_;
};
/// (substitutions + deletions + insertions) / words of the targets. Inf for empty targets.
class HEARTH_API WordErrorRate final : public ErrorRate {
 public:
  WordErrorRate() : ErrorRate("WordErrorRate", Rate::Word) {}
};
/// The same of characters.
class HEARTH_API CharErrorRate final : public ErrorRate {
 public:
  CharErrorRate() : ErrorRate("CharErrorRate", Rate::Char) {}
};
/// Errors / words of the longer text.
class HEARTH_API MatchErrorRate final : public ErrorRate {
 public:
  MatchErrorRate() : ErrorRate("MatchErrorRate", Rate::Match) {}
};
/// (hits / words of the targets) (hits / words of the predictions)
class HEARTH_API WordInfoPreserved final : public ErrorRate {
 public:
  WordInfoPreserved() : ErrorRate("WordInfoPreserved", Rate::InfoPreserved) {}
};
/// 1 - the information preserved
class HEARTH_API WordInfoLost final : public ErrorRate {
 public:
  WordInfoLost() : ErrorRate("WordInfoLost", Rate::InfoLost) {}
};

/// The least number of edits of characters; replacing one costs `substitution_cost`.
class HEARTH_API EditDistance final : public TextMetric {
 public:
  explicit EditDistance(int64_t substitution_cost = 1, Reduce reduction = Reduce::Mean);

 private:
  void accumulate(const Texts& preds, const Texts& target) override;
  Tensor value() const override;
  int64_t substitution_cost_;
  Reduce reduction_;
};

/// What BLEU puts in place of counts without a match. TorchMetrics knows None and, for all orders
/// but the first, AddOne, and gives 0 where any order has no match; the others are sacrebleu's.
enum class BleuSmoothing {
  None,
  AddOne,
  Exp,    ///< the k-th order without a match counts 1 / 2^k
  Floor,  ///< 0.1
  AddK    ///< one more match and n-gram in all orders above the first
};
/// How sacrebleu splits texts into words.
enum class BleuTokenizer {
  None,       ///< at spaces
  Mteval13a,  ///< punctuation apart, but within numbers
  Char,
  Zh  ///< Chinese characters apart, the rest as Mteval13a
};

struct BLEUScoreOptions {
  /// The longest n-grams.
  HEARTH_ARG(int64_t, n_gram) = 4;
  HEARTH_ARG(BleuSmoothing, smooth) = BleuSmoothing::None;
  /// Of each order; equal unless given.
  HEARTH_ARG(std::vector<double>, weights);
};

/// Papineni's BLEU of a corpus, from 0 to 1: the geometric mean of clipped precisions times a
/// penalty for brevity against the closest references. Words are split at spaces.
class HEARTH_API BLEUScore : public ReferencesMetric {
 public:
  explicit BLEUScore(const BLEUScoreOptions& options = {});

 protected:
  BLEUScore(const char* name, const BLEUScoreOptions& options, BleuTokenizer tokenize,
            bool lowercase);
  void accumulate(const Texts& preds, const TextLists& target) override;
  Tensor value() const override;

 private:
  BLEUScoreOptions options_;
  BleuTokenizer tokenize_;
  bool lowercase_;
};
/// With sacrebleu's tokenizers.
class HEARTH_API SacreBLEUScore final : public BLEUScore {
 public:
  explicit SacreBLEUScore(const BLEUScoreOptions& options = {},
                          BleuTokenizer tokenize = BleuTokenizer::Mteval13a, bool lowercase = false)
      : BLEUScore("SacreBLEUScore", options, tokenize, lowercase) {}
};

struct CHRFScoreOptions {
  HEARTH_ARG(int64_t, n_char_order) = 6;
  /// 2 is chrF++, 0 chrF.
  HEARTH_ARG(int64_t, n_word_order) = 2;
  HEARTH_ARG(double, beta) = 2;
  HEARTH_ARG(bool, lowercase) = false;
  /// Whether spaces count as characters.
  HEARTH_ARG(bool, whitespace) = false;
};
/// The mean F-score of character and word n-grams, from 0 to 1. Of several references the one
/// nearest to the prediction counts.
class HEARTH_API CHRFScore final : public ReferencesMetric {
 public:
  explicit CHRFScore(const CHRFScoreOptions& options = {});

 private:
  void accumulate(const Texts& preds, const TextLists& target) override;
  Tensor value() const override;
  CHRFScoreOptions options_;
};

/// Several numbers by name.
using Scores = std::vector<std::pair<std::string, Tensor>>;

struct ROUGEScoreOptions {
  /// "rouge1" to "rouge9", "rougeL", "rougeLsum"
  HEARTH_ARG(Texts, rouge_keys) = {"rouge1", "rouge2", "rougeL", "rougeLsum"};
  /// Of several references, whether the best counts (for each key), or their mean.
  HEARTH_ARG(bool, best) = true;
  /// Whether words longer than three letters are cut to their stems, by Porter's rules.
  HEARTH_ARG(bool, use_stemmer) = false;
};
/// The mean over texts of shared n-grams or longest common subsequences: for each key
/// "KEY_fmeasure", "KEY_precision" and "KEY_recall". Words are runs of a-z and 0-9 in lower case.
/// rougeLsum takes the lines of a text as its sentences.
class HEARTH_API ROUGEScore final : public MetricOf<Scores, Texts, TextLists> {
 public:
  explicit ROUGEScore(const ROUGEScoreOptions& options = {});

 private:
  void accumulate(const Texts& preds, const TextLists& target) override;
  Scores value() const override;
  ROUGEScoreOptions options_;
};

/// "exact_match" and "f1" of answers, from 0 to 100, without case, punctuation and articles; of
/// several true answers the best counts.
class HEARTH_API SQuAD final : public MetricOf<Scores, Texts, TextLists> {
 public:
  SQuAD();

 private:
  void accumulate(const Texts& preds, const TextLists& target) override;
  Scores value() const override;
};

/// exp of the mean negative log likelihood of the targets (N, T), int64, under the softmax of
/// logits (N, T, V). NaN where all targets are ignored.
class HEARTH_API Perplexity final : public TensorMetric {
 public:
  explicit Perplexity(std::optional<int64_t> ignore_index = std::nullopt);

 private:
  void accumulate(const Tensor& preds, const Tensor& target) override;
  Tensor value() const override;
  std::optional<int64_t> ignore_index_;
};

/// Precision, recall and F1 of labelled spans in sequences of tags B-X, I-X, O (and E-X, S-X), as
/// seqeval and conlleval find them: "precision", "recall" and "f1" of all spans together, then
/// "X_precision", "X_recall" and "X_f1" of each of the given types.
///
///     SpanF1 spans({"PER", "LOC"});
///     spans.update({{"B-PER", "I-PER", "O"}}, {{"B-PER", "I-PER", "O"}});
class HEARTH_API SpanF1 final : public MetricOf<Scores, TextLists, TextLists> {
 public:
  explicit SpanF1(Texts types = {});

 private:
  void accumulate(const TextLists& preds, const TextLists& target) override;
  Scores value() const override;
  Texts types_;
};

/// Of one corpus.
namespace functional {

HEARTH_API Tensor word_error_rate(const Texts& preds, const Texts& target);
HEARTH_API Tensor char_error_rate(const Texts& preds, const Texts& target);
HEARTH_API Tensor match_error_rate(const Texts& preds, const Texts& target);
HEARTH_API Tensor word_information_preserved(const Texts& preds, const Texts& target);
HEARTH_API Tensor word_information_lost(const Texts& preds, const Texts& target);
HEARTH_API Tensor edit_distance(const Texts& preds, const Texts& target,
                                int64_t substitution_cost = 1, Reduce reduction = Reduce::Mean);
HEARTH_API Tensor bleu_score(const Texts& preds, const TextLists& target,
                             const BLEUScoreOptions& options = {});
HEARTH_API Tensor sacre_bleu_score(const Texts& preds, const TextLists& target,
                                   const BLEUScoreOptions& options = {},
                                   BleuTokenizer tokenize = BleuTokenizer::Mteval13a,
                                   bool lowercase = false);
HEARTH_API Tensor chrf_score(const Texts& preds, const TextLists& target,
                             const CHRFScoreOptions& options = {});
HEARTH_API Scores rouge_score(const Texts& preds, const TextLists& target,
                              const ROUGEScoreOptions& options = {});
HEARTH_API Scores squad(const Texts& preds, const TextLists& target);
HEARTH_API Tensor perplexity(const Tensor& preds, const Tensor& target,
                             std::optional<int64_t> ignore_index = std::nullopt);
HEARTH_API Scores span_f1(const TextLists& preds, const TextLists& target, Texts types = {});

}  // namespace functional
}  // namespace hearth::metrics
