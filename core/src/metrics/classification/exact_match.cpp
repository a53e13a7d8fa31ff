// SPDX-License-Identifier: Apache-2.0
#include "hearth/metrics/classification/exact_match.h"

#include "hearth/ops/creation.h"

#include "metrics/classification/inputs.h"
#include "metrics/value_of.h"

namespace hearth::metrics {

ExactMatch::ExactMatch(const char* name, const std::string& settings,
                       MultidimAverage multidim_average)
    : TensorMetric(name, cat_str("exact matches (", settings, ", samplewise ",
                                 multidim_average == MultidimAverage::Samplewise, ")")),
      multidim_average_(multidim_average) {
  if (multidim_average == MultidimAverage::Samplewise) {
    add_state("correct", zeros({0}, kDouble), Merge::Cat);
  } else {
    add_state("correct", zeros({}, kLong), Merge::Sum);
    add_state("total", zeros({}, kLong), Merge::Sum);
  }
}

void ExactMatch::add_correct(const Tensor& correct) {
  if (multidim_average_ == MultidimAverage::Samplewise) {
    add(0, correct.dim() == 1 ? correct.to(kDouble) : correct.to(kDouble).mean(1));
    return;
  }
  add(0, correct.sum());
  add(1, scalar_tensor(correct.numel(), TensorOptions(kLong).device(correct.device())));
}

Tensor ExactMatch::value() const {
  return multidim_average_ == MultidimAverage::Samplewise ? state(0)
                                                          : safe_divide(state(0), state(1));
}

MulticlassExactMatch::MulticlassExactMatch(const MulticlassOptions& o,
                                           MultidimAverage multidim_average)
    : ExactMatch("MulticlassExactMatch",
                 cat_str("classes ", o.num_classes(), ", ignore_index ", text_of(o.ignore_index())),
                 multidim_average),
      options_(o) {
  check_count("MulticlassExactMatch", "num_classes", o.num_classes());
}

void MulticlassExactMatch::accumulate(const Tensor& preds, const Tensor& target) {
  const auto in =
      class_inputs(name(), preds, target, options_.num_classes(), options_.ignore_index());
  const Tensor same = in.preds.eq(in.target);
  add_correct((in.keep.defined() ? same.logical_or(in.keep.logical_not()) : same).all(1));
}

MultilabelExactMatch::MultilabelExactMatch(const MultilabelOptions& o,
                                           MultidimAverage multidim_average)
    : ExactMatch(
          "MultilabelExactMatch",
          cat_str("labels ", o.num_labels(), ", threshold ", o.threshold(), ", ignore_index ",
                  text_of(o.ignore_index()), ", logits ", text_of(o.logits())),
          multidim_average),
      options_(o) {
  check_count("MultilabelExactMatch", "num_labels", o.num_labels());
  check_threshold("MultilabelExactMatch", o.threshold());
}

void MultilabelExactMatch::accumulate(const Tensor& preds, const Tensor& target) {
  const auto in = label_inputs(name(), preds, target, options_.num_labels(), options_.threshold(),
                               options_.ignore_index(), options_.logits());
  const Tensor same = in.preds.eq(in.target);
  add_correct((in.keep.defined() ? same.logical_or(in.keep.logical_not()) : same).all(1));
}

namespace functional {
Tensor multiclass_exact_match(const Tensor& preds, const Tensor& target,
                              const MulticlassOptions& options, MultidimAverage multidim_average) {
  return value_of(MulticlassExactMatch(options, multidim_average), preds, target);
}
Tensor multilabel_exact_match(const Tensor& preds, const Tensor& target,
                              const MultilabelOptions& options, MultidimAverage multidim_average) {
  return value_of(MultilabelExactMatch(options, multidim_average), preds, target);
}
}  // namespace functional
}  // namespace hearth::metrics
