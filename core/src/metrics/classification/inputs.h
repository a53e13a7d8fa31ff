// SPDX-License-Identifier: Apache-2.0
// What classification metrics are given, checked and in one form. `who` names the metric.
#pragma once

#include <optional>
#include <string>

#include "hearth/tensor/tensor.h"

namespace hearth::metrics {

/// Labels as bool (N, L, S), and which of them count.
struct LabelInputs {
  Tensor preds, target, keep;
};
/// Of binary and multilabel inputs. Without `labels` they are binary, and L is 1.
LabelInputs label_inputs(const std::string& who, const Tensor& preds, const Tensor& target,
                         std::optional<int64_t> labels, double threshold,
                         std::optional<int64_t> ignore_index, std::optional<bool> logits);

/// Classes as int64 (N, S), and which of them count: undefined for all.
struct ClassInputs {
  Tensor preds, target, keep;
  /// The given (N, S), and of it only what counts, as (M).
  Tensor kept(const Tensor& t) const {
    return keep.defined() ? t.masked_select(keep) : t.flatten();
  }
};
ClassInputs class_inputs(const std::string& who, const Tensor& preds, const Tensor& target,
                         int64_t num_classes, std::optional<int64_t> ignore_index,
                         int64_t top_k = 1);

/// Scores in float or double, (M) or (M, K), next to int64 targets, (M) or, of labels, (M, L).
/// Ignored rows are left out; ignored labels have target -1.
struct ScoreInputs {
  Tensor scores, target;
};
ScoreInputs binary_scores(const std::string& who, const Tensor& preds, const Tensor& target,
                          std::optional<int64_t> ignore_index, std::optional<bool> logits);
ScoreInputs multiclass_scores(const std::string& who, const Tensor& preds, const Tensor& target,
                              int64_t num_classes, std::optional<int64_t> ignore_index,
                              std::optional<bool> logits);
ScoreInputs multilabel_scores(const std::string& who, const Tensor& preds, const Tensor& target,
                              int64_t num_labels, std::optional<int64_t> ignore_index,
                              std::optional<bool> logits);

/// Throws ValueError unless there are at least `least` classes or labels.
void check_count(const char* who, const char* what, int64_t count, int64_t least = 2);
/// Throws ValueError unless 0 <= threshold <= 1.
void check_threshold(const char* who, double threshold);

/// a / b as double, with `zero` where b is 0.
Tensor safe_divide(const Tensor& a, const Tensor& b, double zero = 0);

/// "none" for an optional without value.
std::string text_of(const std::optional<int64_t>& number);
std::string text_of(const std::optional<bool>& flag);

}  // namespace hearth::metrics
