// SPDX-License-Identifier: Apache-2.0
#include "metrics/classification/inputs.h"

#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/shape.h"
#include "hearth/ops/sort.h"

namespace hearth::metrics {
namespace {

bool is_integral(const Tensor& t) { return !t.is_floating_point() && !t.is_complex(); }

void check_same_shape(const std::string& who, const Tensor& preds, const Tensor& target) {
  HEARTH_CHECK_AS(ShapeError, preds.sizes() == target.sizes(), "[", who, "] preds of shape ",
                  preds.sizes(), " and target of shape ", target.sizes(),
                  " should be of one shape");
}

/// Where the target counts; undefined for everywhere.
Tensor kept(const Tensor& target, std::optional<int64_t> ignore_index) {
  return ignore_index ? target.ne(*ignore_index) : Tensor();
}

/// Integers from 0 to n - 1, where they count, as int64.
Tensor checked_classes(const std::string& who, const char* what, const Tensor& classes, int64_t n,
                       const Tensor& keep) {
  HEARTH_CHECK_AS(DtypeError, is_integral(classes), "[", who, "] ", what,
                  " should hold integers from 0 to ", n - 1, ", it is ", classes.scalar_type());
  const Tensor all = classes.to(kLong);
  const Tensor counting = keep.defined() ? all.masked_select(keep) : all;
  if (counting.numel() == 0) return all;
  const auto [low, high] = aminmax(counting);
  const auto least = low.item<int64_t>(), most = high.item<int64_t>();
  HEARTH_CHECK_AS(IndexError, least >= 0 && most < n, "[", who, "] ", what,
                  " should lie between 0 and ", n - 1, "; there is ", least < 0 ? least : most,
                  least < 0 && !keep.defined() ? ", which ignore_index could leave out" : "");
  return all;
}

/// Probabilities of scores that may be logits. Double, since float's sigmoid is 1 from 17 on, and
/// what was different becomes equal.
Tensor probabilities(const Tensor& scores, std::optional<bool> logits, bool of_classes) {
  const Tensor x = scores.scalar_type() == kDouble ? scores : scores.to(kFloat);
  if (!logits) {
    if (x.numel() == 0) return x;
    logits = x.lt(0).logical_or(x.gt(1)).any().item<bool>();
  }
  if (!*logits) return x;
  return of_classes ? x.to(kDouble).softmax(1) : x.to(kDouble).sigmoid();
}

void check_scores(const std::string& who, const Tensor& preds) {
  HEARTH_CHECK_AS(DtypeError, preds.is_floating_point(), "[", who,
                  "] preds should be scores of a floating type, they are ", preds.scalar_type());
}

void check_labels(const std::string& who, const Tensor& preds, const Tensor& target,
                  int64_t labels) {
  check_same_shape(who, preds, target);
  HEARTH_CHECK_AS(ShapeError, preds.dim() >= 2 && preds.size(1) == labels, "[", who,
                  "] preds and target should have shape [N, ", labels, ", ...], they have ",
                  preds.sizes());
}

/// (N, K, ...) as (N * ..., K).
Tensor rows_of(const Tensor& x) {
  return x.dim() == 2 ? x : x.movedim(1, -1).reshape({-1, x.size(1)});
}

}  // namespace

LabelInputs label_inputs(const std::string& who, const Tensor& preds, const Tensor& target,
                         std::optional<int64_t> labels, double threshold,
                         std::optional<int64_t> ignore_index, std::optional<bool> logits) {
  if (labels) {
    check_labels(who, preds, target, *labels);
  } else {
    check_same_shape(who, preds, target);
  }
  LabelInputs in;
  in.keep = kept(target, ignore_index);
  in.target = checked_classes(who, "target", target, 2, in.keep).eq(1);
  in.preds = preds.is_floating_point() ? probabilities(preds, logits, false).gt(threshold)
                                       : checked_classes(who, "preds", preds, 2, {}).eq(1);
  const int64_t n = preds.dim() > 0 ? preds.size(0) : 1;
  const int64_t per_sample = n > 0 ? preds.numel() / n : 0;
  const std::vector<int64_t> shape = {n, labels.value_or(1), per_sample / labels.value_or(1)};
  for (Tensor* t : {&in.preds, &in.target, &in.keep})
    if (t->defined()) *t = t->reshape(shape);
  return in;
}

ClassInputs class_inputs(const std::string& who, const Tensor& preds, const Tensor& target,
                         int64_t num_classes, std::optional<int64_t> ignore_index, int64_t top_k) {
  const bool scores = preds.dim() == target.dim() + 1;
  if (scores) {
    check_scores(who, preds);
    auto sizes = preds.sizes().vec();
    sizes.erase(sizes.begin() + (sizes.size() > 1 ? 1 : 0));
    HEARTH_CHECK_AS(
        ShapeError, preds.dim() >= 2 && preds.size(1) == num_classes && target.sizes() == sizes,
        "[", who, "] preds should have shape [N, ", num_classes,
        ", ...] and target [N, ...], they have ", preds.sizes(), " and ", target.sizes());
  } else {
    check_same_shape(who, preds, target);
    HEARTH_CHECK_AS(ValueError, top_k == 1, "[", who, "] top_k ", top_k,
                    " needs preds of scores, [N, ", num_classes, ", ...]");
  }
  ClassInputs in;
  in.keep = kept(target, ignore_index);
  in.target = checked_classes(who, "target", target, num_classes, in.keep);
  if (!scores) {
    in.preds = checked_classes(who, "preds", preds, num_classes, in.keep);
  } else if (preds.numel() == 0) {
    in.preds = in.target;
  } else if (top_k == 1) {
    in.preds = preds.argmax(1);
  } else {
    const Tensor best = std::get<1>(preds.topk(top_k, 1));
    in.preds = best.eq(in.target.unsqueeze(1))
                   .any(1)
                   .logical_and(in.keep.defined() ? in.keep : in.target.ge(0));
    in.preds = in.target.where(in.preds, best.select(1, 0));
  }
  const int64_t n = target.dim() > 0 ? target.size(0) : 1;
  const std::vector<int64_t> shape = {n, n > 0 ? target.numel() / n : 0};
  for (Tensor* t : {&in.preds, &in.target, &in.keep})
    if (t->defined()) *t = t->reshape(shape);
  return in;
}

ScoreInputs binary_scores(const std::string& who, const Tensor& preds, const Tensor& target,
                          std::optional<int64_t> ignore_index, std::optional<bool> logits) {
  check_same_shape(who, preds, target);
  check_scores(who, preds);
  const Tensor keep = kept(target, ignore_index);
  const Tensor classes = checked_classes(who, "target", target, 2, keep);
  if (!keep.defined()) return {probabilities(preds, logits, false).flatten(), classes.flatten()};
  return {probabilities(preds.masked_select(keep), logits, false), classes.masked_select(keep)};
}

ScoreInputs multiclass_scores(const std::string& who, const Tensor& preds, const Tensor& target,
                              int64_t num_classes, std::optional<int64_t> ignore_index,
                              std::optional<bool> logits) {
  HEARTH_CHECK_AS(ShapeError,
                  preds.dim() == target.dim() + 1 && preds.dim() >= 2 &&
                      preds.size(1) == num_classes && preds.numel() == target.numel() * num_classes,
                  "[", who, "] preds should have shape [N, ", num_classes,
                  ", ...] and target [N, ...], they have ", preds.sizes(), " and ", target.sizes());
  check_scores(who, preds);
  const Tensor keep = kept(target, ignore_index);
  ScoreInputs in{rows_of(preds),
                 checked_classes(who, "target", target, num_classes, keep).flatten()};
  if (keep.defined()) {
    const Tensor rows = keep.flatten().nonzero().squeeze(1);
    in = {in.scores.index_select(0, rows), in.target.index_select(0, rows)};
  }
  in.scores = probabilities(in.scores, logits, true);
  return in;
}

ScoreInputs multilabel_scores(const std::string& who, const Tensor& preds, const Tensor& target,
                              int64_t num_labels, std::optional<int64_t> ignore_index,
                              std::optional<bool> logits) {
  check_labels(who, preds, target, num_labels);
  check_scores(who, preds);
  const Tensor keep = kept(target, ignore_index);
  Tensor classes = checked_classes(who, "target", target, 2, keep);
  if (keep.defined()) classes = classes.masked_fill(keep.logical_not(), -1);
  return {probabilities(rows_of(preds), logits, false), rows_of(classes)};
}

void check_count(const char* who, const char* what, int64_t count, int64_t least) {
  HEARTH_CHECK_AS(ValueError, count >= least, "[", who, "] ", what, " should be at least ", least,
                  ", it is ", count);
}

void check_threshold(const char* who, double threshold) {
  HEARTH_CHECK_AS(ValueError, threshold >= 0 && threshold <= 1, "[", who,
                  "] threshold should lie in [0, 1], it is ", threshold);
}

Tensor safe_divide(const Tensor& a, const Tensor& b, double zero) {
  const Tensor divisor = b.to(kDouble);
  return (a.to(kDouble) / divisor).where(divisor.ne(0), zero);
}

std::string text_of(const std::optional<int64_t>& number) {
  return number ? std::to_string(*number) : "none";
}
std::string text_of(const std::optional<bool>& flag) {
  return !flag ? "guessed" : *flag ? "true" : "false";
}

}  // namespace hearth::metrics
