// SPDX-License-Identifier: Apache-2.0
// BLEU and chrF.
#include <algorithm>
#include <cmath>

#include "hearth/ops/creation.h"
#include "hearth/tensor/tensor_literal.h"

#include "metrics/text/strings.h"
#include "metrics/value_of.h"

namespace hearth::metrics {
namespace {

// ---- sacrebleu's tokenizers

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_stop(char c) { return c == '.' || c == ','; }

/// Rewrites pairs of neighbours from left to right; what was matched is not looked at again.
template <typename Matches, typename Write>
std::string rewritten(const std::string& text, const Matches& matches, const Write& write) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (i + 1 < text.size() && matches(text[i], text[i + 1])) {
      write(out, text[i], text[i + 1]);
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// Punctuation apart; periods and commas unless within numbers; dashes after digits.
std::string western(const std::string& text) {
  std::string apart;
  for (const char c : text) {
    const bool symbol = (c >= '{' && c <= '~') || (c >= '[' && c <= '`') ||
                        (c >= ' ' && c <= '&') || (c >= '(' && c <= '+') ||
                        (c >= ':' && c <= '@') || c == '/';
    apart += symbol ? std::string{' ', c, ' '} : std::string{c};
  }
  apart = rewritten(
      apart, [](char a, char b) { return !is_digit(a) && is_stop(b); },
      [](std::string& out, char a, char b) {
        out += {a, ' ', b, ' '};
      });
  apart = rewritten(
      apart, [](char a, char b) { return is_stop(a) && !is_digit(b); },
      [](std::string& out, char a, char b) {
        out += {' ', a, ' ', b};
      });
  return rewritten(
      apart, [](char a, char b) { return is_digit(a) && b == '-'; },
      [](std::string& out, char a, char b) {
        out += {a, ' ', b, ' '};
      });
}

/// The ranges of sacrebleu, one of which takes all from U+2001 to U+2A6D.
bool is_chinese(char32_t c) {
  constexpr char32_t kRanges[][2] = {
      {0x2001, 0x2a6d}, {0x2e80, 0x2fdf}, {0x2ff0, 0x303f}, {0x3100, 0x312f}, {0x31a0, 0x31bf},
      {0x31c0, 0x31ef}, {0x3200, 0x33ff}, {0x3400, 0x4db5}, {0x4e00, 0x9fbb}, {0xf900, 0xfa2d},
      {0xfa30, 0xfa6a}, {0xfa70, 0xfad9}, {0xfe10, 0xfe1f}, {0xfe30, 0xfe4f}, {0xff00, 0xffef}};
  return std::any_of(std::begin(kRanges), std::end(kRanges),
                     [c](const auto& range) { return c >= range[0] && c <= range[1]; });
}

Texts tokenized(const std::string& text, BleuTokenizer how, bool lowercase) {
  std::string line = text;
  if (how == BleuTokenizer::Mteval13a) {
    replace_all(line, "<skipped>", "");
    replace_all(line, "-\n", "");
    replace_all(line, "\n", " ");
    replace_all(line, "&quot;", "\"");
    replace_all(line, "&amp;", "&");
    replace_all(line, "&lt;", "<");
    replace_all(line, "&gt;", ">");
    line = western(" " + line + " ");
  } else if (how != BleuTokenizer::None) {
    std::string apart;
    for (const char32_t c : code_points(line)) {
      const bool alone = how == BleuTokenizer::Char || is_chinese(c);
      apart += alone ? " " + utf8(c) + " " : utf8(c);
    }
    line = how == BleuTokenizer::Zh ? western(apart) : apart;
  }
  return words_of(lowercase ? lower(line) : line);
}

}  // namespace

// ---- BLEU. State: matches of each order, n-grams of each order, lengths of preds and target

BLEUScore::BLEUScore(const BLEUScoreOptions& options)
    : BLEUScore("BLEUScore", options, BleuTokenizer::None, false) {}

BLEUScore::BLEUScore(const char* name, const BLEUScoreOptions& options, BleuTokenizer tokenize,
                     bool lowercase)
    : ReferencesMetric(name, cat_str("n-grams (n_gram ", options.n_gram(), ", tokenize ",
                                     static_cast<int>(tokenize), ", lowercase ", lowercase, ")")),
      options_(options),
      tokenize_(tokenize),
      lowercase_(lowercase) {
  const int64_t n = options.n_gram();
  HEARTH_CHECK_AS(ValueError, n >= 1, "[", name, "] n_gram should be at least 1, it is ", n);
  HEARTH_CHECK_AS(ValueError,
                  options.weights().empty() || options.weights().size() == static_cast<size_t>(n),
                  "[", name, "] weights should be one for each of ", n, " orders, there are ",
                  options.weights().size());
  add_state("counts", zeros({2 * n + 2}, kLong), Merge::Sum);
}

void BLEUScore::accumulate(const Texts& preds, const TextLists& target) {
  check_references(name(), preds.size(), target);
  const auto n = static_cast<size_t>(options_.n_gram());
  std::vector<int64_t> counts(2 * n + 2, 0);
  for (size_t i = 0; i < preds.size(); ++i) {
    const Texts pred = tokenized(preds[i], tokenize_, lowercase_);
    TextLists references;
    for (const std::string& r : target[i])
      references.push_back(tokenized(r, tokenize_, lowercase_));
    const auto apart = [&](const Texts& r) {
      return r.size() > pred.size() ? r.size() - pred.size() : pred.size() - r.size();
    };
    const auto closest = std::min_element(references.begin(), references.end(),
                                          [&](auto& a, auto& b) { return apart(a) < apart(b); });
    counts[2 * n] += static_cast<int64_t>(pred.size());
    counts[2 * n + 1] += static_cast<int64_t>(closest->size());
    for (size_t order = 1; order <= n; ++order) {
      NGrams most;
      for (const Texts& r : references)
        for (const auto& [ngram, count] : ngrams_of(r, static_cast<int64_t>(order))) {
          int64_t& known = most[ngram];
          known = std::max(known, count);
        }
      const NGrams of_pred = ngrams_of(pred, static_cast<int64_t>(order));
      counts[order - 1] += common(of_pred, most);
      counts[n + order - 1] += total(of_pred);
    }
  }
  add(0, tensor(counts));
}

Tensor BLEUScore::value() const {
  const auto n = static_cast<size_t>(options_.n_gram());
  const Tensor counts = state(0).to(kDouble);
  const auto* c = counts.const_data_ptr<double>();
  const BleuSmoothing smooth = options_.smooth();
  const bool needs_all = smooth == BleuSmoothing::None || smooth == BleuSmoothing::AddOne;
  const auto no_match = [](double x) { return x == 0; };
  if (needs_all ? std::any_of(c, c + n, no_match) : std::all_of(c, c + n, no_match))
    return scalar_tensor(0, kDouble);
  const bool add = smooth == BleuSmoothing::AddOne || smooth == BleuSmoothing::AddK;
  double log_mean = 0, halvings = 1;
  for (size_t k = 0; k < n; ++k) {
    double matches = c[k], all = c[n + k];
    if (add && k > 0) ++matches, ++all;
    if (all == 0) return scalar_tensor(0, kDouble);  // shorter than the longest n-gram
    if (matches == 0 && smooth == BleuSmoothing::Exp) matches = 1 / (halvings *= 2);
    if (matches == 0 && smooth == BleuSmoothing::Floor) matches = 0.1;
    const double weight =
        options_.weights().empty() ? 1 / static_cast<double>(n) : options_.weights()[k];
    log_mean += weight * std::log(matches / all);
  }
  const double length = c[2 * n], reference = c[2 * n + 1];
  const double brevity = length > reference ? 0 : 1 - reference / length;
  return scalar_tensor(std::exp(brevity + log_mean), kDouble);
}

// ---- chrF. State: matches, n-grams of preds and of target, of each order

CHRFScore::CHRFScore(const CHRFScoreOptions& o)
    : ReferencesMetric("CHRFScore", cat_str("character n-grams (n_char_order ", o.n_char_order(),
                                            ", n_word_order ", o.n_word_order(), ", beta ",
                                            o.beta(), ", lowercase ", o.lowercase(),
                                            ", whitespace ", o.whitespace(), ")")),
      options_(o) {
  HEARTH_CHECK_AS(ValueError, o.n_char_order() >= 1 && o.n_word_order() >= 0 && o.beta() >= 0,
                  "[CHRFScore] n_char_order should be at least 1, n_word_order and beta at least "
                  "0; they are ",
                  o.n_char_order(), ", ", o.n_word_order(), " and ", o.beta());
  add_state("counts", zeros({3, o.n_char_order() + o.n_word_order()}, kLong), Merge::Sum);
}

namespace {

/// n-grams of all orders: those of characters, then those of words, with punctuation apart.
std::vector<NGrams> chrf_ngrams(const std::string& text, const CHRFScoreOptions& o) {
  const std::string line = o.lowercase() ? lower(text) : text;
  const Texts words = words_of(line);
  Texts characters, parts;
  if (o.whitespace()) {
    characters = characters_of(line);
  } else {
    // Only spaces are left out within the text, all white space around it.
    std::string joined;
    const size_t first = line.find_first_not_of(" \t\n\v\f\r");
    if (first != std::string::npos)
      joined = line.substr(first, line.find_last_not_of(" \t\n\v\f\r") - first + 1);
    joined.erase(std::remove(joined.begin(), joined.end(), ' '), joined.end());
    characters = characters_of(joined);
  }
  for (const std::string& word : words) {
    if (code_points(word).size() > 1 && is_punctuation(word.back())) {
      parts.push_back(word.substr(0, word.size() - 1));
      parts.push_back(word.substr(word.size() - 1));
    } else if (code_points(word).size() > 1 && is_punctuation(word.front())) {
      parts.push_back(word.substr(0, 1));
      parts.push_back(word.substr(1));
    } else {
      parts.push_back(word);
    }
  }
  std::vector<NGrams> all;
  for (int64_t n = 1; n <= o.n_char_order(); ++n) all.push_back(ngrams_of(characters, n));
  for (int64_t n = 1; n <= o.n_word_order(); ++n) all.push_back(ngrams_of(parts, n));
  return all;
}

/// The mean F-score over orders.
double chrf(const double* matches, const double* preds, const double* target, size_t orders,
            double beta) {
  double sum = 0;
  for (size_t n = 0; n < orders; ++n) {
    const double precision = preds[n] > 0 ? matches[n] / preds[n] : 0;
    const double recall = target[n] > 0 ? matches[n] / target[n] : 0;
    sum +=
        (1 + beta * beta) * precision * recall / std::max(beta * beta * precision + recall, 1e-16);
  }
  return sum / static_cast<double>(orders);
}

}  // namespace

void CHRFScore::accumulate(const Texts& preds, const TextLists& target) {
  check_references(name(), preds.size(), target);
  const auto orders = static_cast<size_t>(options_.n_char_order() + options_.n_word_order());
  std::vector<double> counts(3 * orders, 0);
  for (size_t i = 0; i < preds.size(); ++i) {
    const auto pred = chrf_ngrams(preds[i], options_);
    std::vector<double> of_pred, best_matches(orders, 0), best_reference(orders, 0);
    for (const NGrams& n : pred) of_pred.push_back(static_cast<double>(total(n)));
    double best = 0;
    for (const std::string& reference : target[i]) {
      const auto ngrams = chrf_ngrams(reference, options_);
      std::vector<double> matches, of_reference;
      for (size_t n = 0; n < orders; ++n) {
        matches.push_back(static_cast<double>(common(pred[n], ngrams[n])));
        of_reference.push_back(static_cast<double>(total(ngrams[n])));
      }
      const double score =
          chrf(matches.data(), of_pred.data(), of_reference.data(), orders, options_.beta());
      if (score > best) {
        best = score;
        best_matches = matches;
        best_reference = of_reference;
      }
    }
    for (size_t n = 0; n < orders; ++n) {
      counts[n] += best_matches[n];
      counts[orders + n] += of_pred[n];
      counts[2 * orders + n] += best_reference[n];
    }
  }
  add(0, tensor(counts, kDouble).to(kLong).reshape({3, -1}));
}

Tensor CHRFScore::value() const {
  const Tensor counts = state(0).to(kDouble).contiguous();
  const auto orders = static_cast<size_t>(counts.size(1));
  const auto* c = counts.const_data_ptr<double>();
  return scalar_tensor(chrf(c, c + orders, c + 2 * orders, orders, options_.beta()), kDouble);
}

namespace functional {

Tensor bleu_score(const Texts& preds, const TextLists& target, const BLEUScoreOptions& options) {
  return value_of(BLEUScore(options), preds, target);
}
Tensor sacre_bleu_score(const Texts& preds, const TextLists& target,
                        const BLEUScoreOptions& options, BleuTokenizer tokenize, bool lowercase) {
  return value_of(SacreBLEUScore(options, tokenize, lowercase), preds, target);
}
Tensor chrf_score(const Texts& preds, const TextLists& target, const CHRFScoreOptions& options) {
  return value_of(CHRFScore(options), preds, target);
}

}  // namespace functional
}  // namespace hearth::metrics
