// SPDX-License-Identifier: Apache-2.0
// ROUGE, SQuAD, perplexity and spans.
#include <algorithm>
#include <cmath>

#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/tensor/tensor_literal.h"

#include "metrics/text/strings.h"
#include "metrics/value_of.h"

namespace hearth::metrics {
namespace {

struct Score {
  double f = 0, precision = 0, recall = 0;
};

Score score_of(int64_t hits, int64_t pred, int64_t target) {
  if (hits == 0 || pred == 0 || target == 0) return {};
  const double p = static_cast<double>(hits) / static_cast<double>(pred);
  const double r = static_cast<double>(hits) / static_cast<double>(target);
  return {2 * p * r / (p + r), p, r};
}

// ---- ROUGE

Texts rouge_tokens(std::string_view text, bool stem) {
  std::string kept;
  for (const char32_t c : code_points(lower(text)))
    kept += (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? static_cast<char>(c) : ' ';
  Texts tokens = words_of(kept);
  // Words of up to three letters stay as they are.
  for (std::string& token : tokens)
    if (stem && token.size() > 3) token = porter_stem(token);
  return tokens;
}

TextLists rouge_lines(const std::string& text, bool stem) {
  TextLists lines;
  for (size_t from = 0; from <= text.size();) {
    const size_t to = std::min(text.find('\n', from), text.size());
    Texts tokens = rouge_tokens(std::string_view(text).substr(from, to - from), stem);
    if (!tokens.empty()) lines.push_back(std::move(tokens));
    from = to + 1;
  }
  return lines;
}

Score rouge_n(const Texts& pred, const Texts& target, int64_t n) {
  const NGrams p = ngrams_of(pred, n), t = ngrams_of(target, n);
  return score_of(common(p, t), total(p), total(t));
}

/// Tokens of the target that are in a common subsequence with some line, each as often as it
/// occurs.
Score rouge_lsum(const TextLists& pred, const TextLists& target) {
  std::unordered_map<std::string, int64_t> left_p, left_t;
  int64_t size_p = 0, size_t_ = 0, hits = 0;
  for (const Texts& line : pred)
    for (const std::string& token : line) ++left_p[token], ++size_p;
  for (const Texts& line : target)
    for (const std::string& token : line) ++left_t[token], ++size_t_;
  for (const Texts& line : target) {
    std::vector<bool> found(line.size(), false);
    for (const Texts& other : pred) {
      const auto in = in_common_subsequence(other, line);
      for (size_t i = 0; i < line.size(); ++i) found[i] = found[i] || in[i];
    }
    for (size_t i = 0; i < line.size(); ++i) {
      if (!found[i] || left_p[line[i]] == 0 || left_t[line[i]] == 0) continue;
      --left_p[line[i]], --left_t[line[i]], ++hits;
    }
  }
  return score_of(hits, size_p, size_t_);
}

Score rouge(const std::string& key, const std::string& pred, const std::string& target, bool stem) {
  if (key == "rougeLsum") return rouge_lsum(rouge_lines(pred, stem), rouge_lines(target, stem));
  const Texts p = rouge_tokens(pred, stem), t = rouge_tokens(target, stem);
  if (key == "rougeL")
    return score_of(longest_common_subsequence(p, t), static_cast<int64_t>(p.size()),
                    static_cast<int64_t>(t.size()));
  return rouge_n(p, t, key.back() - '0');
}

std::string joined(const Texts& words) {
  std::string text;
  for (const std::string& w : words) text += (text.empty() ? "" : " ") + w;
  return text;
}

// ---- SQuAD

Texts answer_tokens(const std::string& answer) {
  std::string kept;
  for (const char c : lower(answer))
    if (!is_punctuation(c)) kept += c;
  Texts words = words_of(kept);
  words.erase(
      std::remove_if(words.begin(), words.end(),
                     [](const std::string& w) { return w == "a" || w == "an" || w == "the"; }),
      words.end());
  return words;
}

// ---- spans

struct Span {
  std::string type;
  size_t from, to;
  bool operator==(const Span& o) const { return type == o.type && from == o.from && to == o.to; }
  bool operator<(const Span& o) const {
    return std::tie(from, to, type) < std::tie(o.from, o.to, o.type);
  }
};

std::vector<Span> spans_of(const Texts& tags) {
  std::vector<Span> spans;
  char before = 'O';
  std::string type_before;
  size_t from = 0;
  for (size_t i = 0; i <= tags.size(); ++i) {
    const std::string tag = i < tags.size() ? tags[i] : "O";
    HEARTH_CHECK_AS(ValueError,
                    !tag.empty() && std::string("BIOES").find(tag[0]) != std::string::npos &&
                        (tag.size() == 1 || tag[1] == '-'),
                    "[SpanF1] tags should be O, or B-, I-, E- or S- and a type; there is \"", tag,
                    "\"");
    const char now = tag[0];
    const std::string type = tag.size() > 2 ? tag.substr(2) : now == 'O' ? "" : "_";
    const bool inside = now == 'I' || now == 'E';
    const bool ends =
        before != 'O' && (before == 'E' || before == 'S' || !inside || type != type_before);
    if (ends) spans.push_back({type_before, from, i});
    if (now != 'O' && (before == 'O' || ends)) from = i;
    before = now;
    type_before = type;
  }
  return spans;
}

}  // namespace

ROUGEScore::ROUGEScore(const ROUGEScoreOptions& o)
    : MetricOf("ROUGEScore", cat_str("rouge (", joined(o.rouge_keys()), ", best ", o.best(),
                                     ", use_stemmer ", o.use_stemmer(), ")")),
      options_(o) {
  HEARTH_CHECK_AS(ValueError, !o.rouge_keys().empty(), "[ROUGEScore] rouge_keys is empty");
  for (const std::string& key : o.rouge_keys()) {
    const bool n =
        key.size() == 6 && key.compare(0, 5, "rouge") == 0 && key[5] >= '1' && key[5] <= '9';
    HEARTH_CHECK_AS(ValueError, n || key == "rougeL" || key == "rougeLsum", "[ROUGEScore] has no ",
                    key, "; there are rouge1 to rouge9, rougeL and rougeLsum");
  }
  add_state("sums", zeros({static_cast<int64_t>(o.rouge_keys().size()), 3}, kDouble), Merge::Sum);
  add_state("total", zeros({}, kLong), Merge::Sum);
}

void ROUGEScore::accumulate(const Texts& preds, const TextLists& target) {
  check_references(name(), preds.size(), target);
  std::vector<double> sums;
  for (const std::string& key : options_.rouge_keys()) {
    Score sum;
    for (size_t i = 0; i < preds.size(); ++i) {
      Score best, mean;
      const auto n = static_cast<double>(target[i].size());
      for (const std::string& reference : target[i]) {
        const Score s = rouge(key, preds[i], reference, options_.use_stemmer());
        if (s.f > best.f) best = s;
        mean = {mean.f + s.f / n, mean.precision + s.precision / n, mean.recall + s.recall / n};
      }
      const Score& s = options_.best() ? best : mean;
      sum = {sum.f + s.f, sum.precision + s.precision, sum.recall + s.recall};
    }
    sums.insert(sums.end(), {sum.f, sum.precision, sum.recall});
  }
  add(0, tensor(sums, kDouble).reshape({-1, 3}));
  add(1, scalar_tensor(static_cast<int64_t>(preds.size()), kLong));
}

Scores ROUGEScore::value() const {
  Scores scores;
  const Tensor means = state(0) / state(1);
  for (size_t i = 0; i < options_.rouge_keys().size(); ++i) {
    const Tensor row = means[static_cast<int64_t>(i)];
    const std::string& key = options_.rouge_keys()[i];
    scores.emplace_back(key + "_fmeasure", row[0]);
    scores.emplace_back(key + "_precision", row[1]);
    scores.emplace_back(key + "_recall", row[2]);
  }
  return scores;
}

SQuAD::SQuAD() : MetricOf("SQuAD", "answers") {
  add_state("sums", zeros({2}, kDouble), Merge::Sum);
  add_state("total", zeros({}, kLong), Merge::Sum);
}

void SQuAD::accumulate(const Texts& preds, const TextLists& target) {
  check_references(name(), preds.size(), target);
  std::vector<double> sums(2, 0);
  for (size_t i = 0; i < preds.size(); ++i) {
    const Texts pred = answer_tokens(preds[i]);
    double exact = 0, f1 = 0;
    for (const std::string& answer : target[i]) {
      const Texts truth = answer_tokens(answer);
      exact = std::max(exact, pred == truth ? 1.0 : 0.0);
      f1 = std::max(f1, pred.empty() || truth.empty() ? (pred == truth ? 1.0 : 0.0)
                                                      : rouge_n(pred, truth, 1).f);
    }
    sums[0] += exact;
    sums[1] += f1;
  }
  add(0, tensor(sums, kDouble));
  add(1, scalar_tensor(static_cast<int64_t>(preds.size()), kLong));
}

Scores SQuAD::value() const {
  const Tensor percent = state(0) * 100 / state(1);
  return {{"exact_match", percent[0]}, {"f1", percent[1]}};
}

Perplexity::Perplexity(std::optional<int64_t> ignore_index)
    : TensorMetric("Perplexity",
                   cat_str("negative log likelihood (ignore_index ",
                           ignore_index ? std::to_string(*ignore_index) : "none", ")")),
      ignore_index_(ignore_index) {
  add_state("total_log_probs", zeros({}, kDouble), Merge::Sum);
  add_state("count", zeros({}, kLong), Merge::Sum);
}

void Perplexity::accumulate(const Tensor& preds, const Tensor& target) {
  HEARTH_CHECK_AS(ShapeError,
                  preds.dim() == 3 && target.dim() == 2 && preds.size(0) == target.size(0) &&
                      preds.size(1) == target.size(1),
                  "[Perplexity] preds should have shape [N, T, V] and target [N, T], they have ",
                  preds.sizes(), " and ", target.sizes());
  HEARTH_CHECK_AS(DtypeError, preds.is_floating_point() && target.scalar_type() == kLong,
                  "[Perplexity] preds should be of a floating type and target int64, they are ",
                  preds.scalar_type(), " and ", target.scalar_type());
  const Tensor flat = target.flatten();
  const Tensor keep = ignore_index_ ? flat.ne(*ignore_index_) : flat.eq(flat);
  const Tensor inside = flat.masked_fill(keep.logical_not(), 0);
  const Tensor wrong = inside.lt(0).logical_or(inside.ge(preds.size(2)));
  HEARTH_CHECK_AS(IndexError, !wrong.any().item<bool>(),
                  "[Perplexity] target should lie between 0 ", "and ", preds.size(2) - 1,
                  "; there is ", inside.masked_select(wrong)[0].item<int64_t>());
  // Half types are summed in float; nothing of the size of preds is made in double.
  const Tensor logits = preds.scalar_type() == kDouble ? preds : preds.to(kFloat);
  const Tensor chosen = logits.flatten(0, 1).gather(1, inside.unsqueeze(1)).squeeze(1);
  const Tensor losses = logits.logsumexp({2}).flatten() - chosen;
  add(0, losses.masked_select(keep).sum(kDouble));
  add(1, keep.sum());
}

Tensor Perplexity::value() const { return (state(0) / state(1)).exp(); }

SpanF1::SpanF1(Texts types)
    : MetricOf("SpanF1", cat_str("spans (", joined(types), ")")), types_(std::move(types)) {
  // Rows: all, then each type; found in both, predicted, true.
  add_state("counts", zeros({static_cast<int64_t>(types_.size()) + 1, 3}, kLong), Merge::Sum);
}

void SpanF1::accumulate(const TextLists& preds, const TextLists& target) {
  check_same_number(name(), preds.size(), target.size());
  std::vector<int64_t> counts(3 * (types_.size() + 1), 0);
  const auto count = [&](const Span& span, size_t what) {
    ++counts[what];
    const auto type = std::find(types_.begin(), types_.end(), span.type);
    HEARTH_CHECK_AS(ValueError, types_.empty() || type != types_.end(), "[SpanF1] there is a span ",
                    "of type ", span.type, "; the types are ", joined(types_));
    if (!types_.empty()) ++counts[3 * (static_cast<size_t>(type - types_.begin()) + 1) + what];
  };
  for (size_t i = 0; i < preds.size(); ++i) {
    HEARTH_CHECK_AS(ShapeError, preds[i].size() == target[i].size(), "[SpanF1] sequence ", i,
                    " has ", preds[i].size(), " predicted tags for ", target[i].size());
    const auto said = spans_of(preds[i]), truth = spans_of(target[i]);
    std::vector<Span> both;
    std::set_intersection(said.begin(), said.end(), truth.begin(), truth.end(),
                          std::back_inserter(both));
    for (const Span& s : both) count(s, 0);
    for (const Span& s : said) count(s, 1);
    for (const Span& s : truth) count(s, 2);
  }
  add(0, tensor(counts).reshape({-1, 3}));
}

Scores SpanF1::value() const {
  Scores scores;
  const Tensor counts = state(0).contiguous();
  const auto* c = counts.const_data_ptr<int64_t>();
  for (size_t i = 0; i <= types_.size(); ++i) {
    const Score s = score_of(c[3 * i], c[3 * i + 1], c[3 * i + 2]);
    const std::string prefix = i == 0 ? "" : types_[i - 1] + "_";
    scores.emplace_back(prefix + "precision", scalar_tensor(s.precision, kDouble));
    scores.emplace_back(prefix + "recall", scalar_tensor(s.recall, kDouble));
    scores.emplace_back(prefix + "f1", scalar_tensor(s.f, kDouble));
  }
  return scores;
}

namespace functional {

Scores rouge_score(const Texts& preds, const TextLists& target, const ROUGEScoreOptions& options) {
  return value_of(ROUGEScore(options), preds, target);
}
Scores squad(const Texts& preds, const TextLists& target) {
  return value_of(SQuAD(), preds, target);
}
Tensor perplexity(const Tensor& preds, const Tensor& target, std::optional<int64_t> ignore_index) {
  return value_of(Perplexity(ignore_index), preds, target);
}
Scores span_f1(const TextLists& preds, const TextLists& target, Texts types) {
  return value_of(SpanF1(std::move(types)), preds, target);
}

}  // namespace functional
}  // namespace hearth::metrics
