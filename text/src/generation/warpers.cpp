// SPDX-License-Identifier: Apache-2.0
// Processors that scale scores, and cut off what is unlikely.
#include <algorithm>
#include <cmath>
#include <limits>

#include "hearth/base/error.h"
#include "hearth/text/generation/logits_processors.h"

#include "generation/probabilities.h"

namespace hearth::text {

float log_sum_exp(std::span<const float> scores) {
  const float most = *std::max_element(scores.begin(), scores.end());
  if (std::isinf(most)) return most;
  double sum = 0;
  for (const float score : scores) sum += std::exp(score - most);
  return most + static_cast<float>(std::log(sum));
}

std::vector<float> probabilities(std::span<const float> scores) {
  const float sum = log_sum_exp(scores);
  std::vector<float> p(scores.size(), 0);
  if (std::isinf(sum)) return p;
  for (size_t i = 0; i < p.size(); ++i) p[i] = std::exp(scores[i] - sum);
  return p;
}

namespace {

constexpr float kNever = -std::numeric_limits<float>::infinity();

void check_keep(const char* who, int64_t min_tokens_to_keep) {
  HEARTH_CHECK_AS(ValueError, min_tokens_to_keep >= 1, "[", who,
                  "] expected one token or more to keep, got ", min_tokens_to_keep);
}
void check_between(const char* who, double value) {
  HEARTH_CHECK_AS(ValueError, value > 0 && value < 1, "[", who,
                  "] expected a number between 0 and 1, got ", value);
}

/// The n-th largest number (from 1), or the smallest; NaN is larger than all.
float nth_largest(std::span<const float> numbers, int64_t n) {
  std::vector<float> copy(numbers.begin(), numbers.end());
  const auto at = copy.begin() + (std::min<int64_t>(n, static_cast<int64_t>(copy.size())) - 1);
  std::nth_element(copy.begin(), at, copy.end(),
                   [](float a, float b) { return std::isnan(a) ? !std::isnan(b) : a > b; });
  return *at;
}

/// Visits tokens from the first by `before` on, as long as `wanted` says so: a heap, for what is
/// wanted are few of many.
template <class Before, class Wanted>
void in_order(std::vector<size_t> tokens, const Before& before, const Wanted& wanted) {
  const auto after = [&](size_t a, size_t b) { return before(b, a); };
  std::make_heap(tokens.begin(), tokens.end(), after);
  while (!tokens.empty() && wanted(tokens.front())) {
    std::pop_heap(tokens.begin(), tokens.end(), after);
    tokens.pop_back();
  }
}

std::vector<size_t> possible(std::span<const float> scores) {
  std::vector<size_t> tokens;
  for (size_t i = 0; i < scores.size(); ++i)
    if (scores[i] != kNever) tokens.push_back(i);
  return tokens;
}

void keep_only(std::span<float> scores, const std::vector<bool>& kept) {
  for (size_t i = 0; i < scores.size(); ++i)
    if (!kept[i]) scores[i] = kNever;
}

/// Cuts off what is less likely than `least`, but for the `keep` likeliest.
void cut_below(std::span<float> scores, const std::vector<float>& p, float least, int64_t keep) {
  const float safe = nth_largest(scores, keep);
  for (size_t i = 0; i < scores.size(); ++i)
    if (p[i] < least && scores[i] < safe) scores[i] = kNever;
}

}  // namespace

LogitsProcessorPtr temperature(double temperature) {
  HEARTH_CHECK_AS(ValueError, temperature > 0, "[temperature] expected a positive number, got ",
                  temperature, "; without chance is do_sample(false)");
  const auto t = static_cast<float>(temperature);
  return logits_processor([t](const TokensSoFar&, std::span<float> scores) {
    for (float& score : scores) score /= t;
  });
}

LogitsProcessorPtr top_h(double top_h) {
  HEARTH_CHECK_AS(ValueError, top_h > 0 && top_h <= 1, "[top_h] expected above 0 to 1, got ",
                  top_h);
  static constexpr size_t kLooked = 100;
  return logits_processor([top_h](const TokensSoFar&, std::span<float> scores) {
    std::vector<size_t> tokens = possible(scores);
    if (tokens.empty()) return;
    const size_t looked = std::min(kLooked, tokens.size());
    const auto end = tokens.begin() + static_cast<std::ptrdiff_t>(looked);
    std::partial_sort(tokens.begin(), end, tokens.end(),
                      [&](size_t a, size_t b) { return scores[a] > scores[b]; });
    std::vector<float> likeliest;
    for (size_t i = 0; i < looked; ++i) likeliest.push_back(scores[tokens[i]]);
    std::vector<float> entropy = probabilities(likeliest);
    float whole = 0;
    for (float& p : entropy) {
      p = p > 0 ? -p * std::log(p) : 0;
      whole += p;
    }
    std::vector<bool> kept(scores.size());
    float sum = 0;
    for (size_t i = 0; i < looked; ++i) {
      sum += entropy[i];
      if (i > 0 && sum > whole * static_cast<float>(top_h)) break;
      kept[tokens[i]] = true;
    }
    keep_only(scores, kept);
  });
}

LogitsProcessorPtr top_k(int64_t k, int64_t min_tokens_to_keep) {
  HEARTH_CHECK_AS(ValueError, k > 0, "[top_k] expected a positive number, got ", k);
  check_keep("top_k", min_tokens_to_keep);
  const int64_t keep = std::max(k, min_tokens_to_keep);
  return logits_processor([keep](const TokensSoFar&, std::span<float> scores) {
    const float least = nth_largest(scores, keep);
    for (float& score : scores)
      if (score < least) score = kNever;
  });
}

LogitsProcessorPtr top_p(double top_p, int64_t min_tokens_to_keep) {
  HEARTH_CHECK_AS(ValueError, top_p >= 0 && top_p <= 1, "[top_p] expected 0 to 1, got ", top_p);
  check_keep("top_p", min_tokens_to_keep);
  return logits_processor([top_p, keep = min_tokens_to_keep](const TokensSoFar&,
                                                             std::span<float> scores) {
    const std::vector<float> p = probabilities(scores);
    std::vector<bool> kept(scores.size());
    double sum = 0;
    int64_t n = 0;
    in_order(
        possible(scores),
        [&](size_t a, size_t b) { return scores[a] != scores[b] ? scores[a] > scores[b] : a > b; },
        [&](size_t token) {
          if (sum >= top_p && n >= keep) return false;
          sum += p[token];
          ++n;
          kept[token] = true;
          return true;
        });
    keep_only(scores, kept);
  });
}

LogitsProcessorPtr min_p(double min_p, int64_t min_tokens_to_keep) {
  HEARTH_CHECK_AS(ValueError, min_p >= 0 && min_p <= 1, "[min_p] expected 0 to 1, got ", min_p);
  check_keep("min_p", min_tokens_to_keep);
  return logits_processor(
      [min_p, keep = min_tokens_to_keep](const TokensSoFar&, std::span<float> scores) {
        const std::vector<float> p = probabilities(scores);
        const float most = *std::max_element(p.begin(), p.end());
        cut_below(scores, p, static_cast<float>(min_p) * most, keep);
      });
}

LogitsProcessorPtr typical_p(double mass, int64_t min_tokens_to_keep) {
  check_between("typical_p", mass);
  check_keep("typical_p", min_tokens_to_keep);
  return logits_processor(
      [mass, keep = min_tokens_to_keep](const TokensSoFar&, std::span<float> scores) {
        const float sum = log_sum_exp(scores);
        const std::vector<float> p = probabilities(scores);
        const std::vector<size_t> tokens = possible(scores);
        double entropy = 0;
        for (const size_t i : tokens) entropy -= static_cast<double>(scores[i] - sum) * p[i];
        std::vector<float> far(scores.size());
        for (const size_t i : tokens)
          far[i] = std::abs(sum - scores[i] - static_cast<float>(entropy));
        std::vector<bool> kept(scores.size());
        // Up to the token with which the mass is reached, and what is as far off as that.
        double reached = 0;
        float last = 0;
        int64_t n = 0;
        in_order(
            tokens, [&](size_t a, size_t b) { return far[a] != far[b] ? far[a] < far[b] : a < b; },
            [&](size_t token) {
              if (reached >= mass && n >= keep && far[token] > last) return false;
              if (reached < mass) last = far[token];
              reached += p[token];
              ++n;
              kept[token] = true;
              return true;
            });
        keep_only(scores, kept);
      });
}

LogitsProcessorPtr epsilon_cutoff(double epsilon, int64_t min_tokens_to_keep) {
  check_between("epsilon_cutoff", epsilon);
  check_keep("epsilon_cutoff", min_tokens_to_keep);
  return logits_processor(
      [epsilon, keep = min_tokens_to_keep](const TokensSoFar&, std::span<float> scores) {
        cut_below(scores, probabilities(scores), static_cast<float>(epsilon), keep);
      });
}

LogitsProcessorPtr eta_cutoff(double epsilon, int64_t min_tokens_to_keep) {
  check_between("eta_cutoff", epsilon);
  check_keep("eta_cutoff", min_tokens_to_keep);
  return logits_processor(
      [epsilon, keep = min_tokens_to_keep](const TokensSoFar&, std::span<float> scores) {
        const std::vector<float> p = probabilities(scores);
        double entropy = 0;
        for (const float x : p)
          if (x > 0) entropy -= static_cast<double>(x) * std::log(x);
        const double eta = std::min(epsilon, std::sqrt(epsilon) * std::exp(-entropy));
        cut_below(scores, p, static_cast<float>(eta), keep);
      });
}

LogitsProcessorPtr logit_normalization() {
  return logits_processor([](const TokensSoFar&, std::span<float> scores) {
    const float sum = log_sum_exp(scores);
    for (float& score : scores) score -= sum;
  });
}

}  // namespace hearth::text
