// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "hearth/ops/creation.h"
#include "hearth/tensor/tensor_literal.h"

#include "metrics/text/strings.h"
#include "metrics/value_of.h"

namespace hearth::metrics {
namespace {
enum { kEdits, kPreds, kTarget, kLonger };
}

ErrorRate::ErrorRate(const char* name, Rate rate)
    : TextMetric(name, rate == Rate::Char ? "edits of characters" : "edits of words"), rate_(rate) {
  add_state("counts", zeros({4}, kLong), Merge::Sum);
}

void ErrorRate::accumulate(const Texts& preds, const Texts& target) {
  check_same_number(name(), preds.size(), target.size());
  std::vector<int64_t> counts(4, 0);
  for (size_t i = 0; i < preds.size(); ++i) {
    const auto split = [&](const std::string& text) {
      return rate_ == Rate::Char ? characters_of(text) : words_of(text);
    };
    const Texts p = split(preds[i]), t = split(target[i]);
    counts[kEdits] += levenshtein(p, t);
    counts[kPreds] += static_cast<int64_t>(p.size());
    counts[kTarget] += static_cast<int64_t>(t.size());
    counts[kLonger] += static_cast<int64_t>(std::max(p.size(), t.size()));
  }
  add(0, tensor(counts));
}

Tensor ErrorRate::value() const {
  const Tensor counts = state(0).to(kDouble);
  if (rate_ == Rate::Word || rate_ == Rate::Char) return counts[kEdits] / counts[kTarget];
  if (rate_ == Rate::Match) return counts[kEdits] / counts[kLonger];
  const Tensor hits = counts[kLonger] - counts[kEdits];
  const Tensor preserved = hits / counts[kTarget] * (hits / counts[kPreds]);
  return rate_ == Rate::InfoPreserved ? preserved : 1 - preserved;
}

EditDistance::EditDistance(int64_t substitution_cost, Reduce reduction)
    : TextMetric("EditDistance", cat_str("edit distances (substitution_cost ", substitution_cost,
                                         ", each ", reduction == Reduce::None, ")")),
      substitution_cost_(substitution_cost),
      reduction_(reduction) {
  HEARTH_CHECK_AS(ValueError, substitution_cost >= 0,
                  "[EditDistance] substitution_cost should be at least 0, it is ",
                  substitution_cost);
  if (reduction == Reduce::None) {
    add_state("distances", zeros({0}, kLong), Merge::Cat);
  } else {
    add_state("distance", zeros({}, kLong), Merge::Sum);
  }
  add_state("total", zeros({}, kLong), Merge::Sum);
}

void EditDistance::accumulate(const Texts& preds, const Texts& target) {
  check_same_number(name(), preds.size(), target.size());
  std::vector<int64_t> distances;
  for (size_t i = 0; i < preds.size(); ++i)
    distances.push_back(
        levenshtein(characters_of(preds[i]), characters_of(target[i]), substitution_cost_));
  const Tensor each = tensor(distances, kLong);
  add(0, reduction_ == Reduce::None ? each : each.sum());
  add(1, scalar_tensor(static_cast<int64_t>(preds.size()), kLong));
}

Tensor EditDistance::value() const {
  return reduction_ == Reduce::Mean ? state(0).to(kDouble) / state(1) : state(0);
}

namespace functional {

Tensor word_error_rate(const Texts& preds, const Texts& target) {
  return value_of(WordErrorRate(), preds, target);
}
Tensor char_error_rate(const Texts& preds, const Texts& target) {
  return value_of(CharErrorRate(), preds, target);
}
Tensor match_error_rate(const Texts& preds, const Texts& target) {
  return value_of(MatchErrorRate(), preds, target);
}
Tensor word_information_preserved(const Texts& preds, const Texts& target) {
  return value_of(WordInfoPreserved(), preds, target);
}
Tensor word_information_lost(const Texts& preds, const Texts& target) {
  return value_of(WordInfoLost(), preds, target);
}
Tensor edit_distance(const Texts& preds, const Texts& target, int64_t substitution_cost,
                     Reduce reduction) {
  return value_of(EditDistance(substitution_cost, reduction), preds, target);
}

}  // namespace functional
}  // namespace hearth::metrics
