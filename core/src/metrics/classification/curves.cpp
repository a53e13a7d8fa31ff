// SPDX-License-Identifier: Apache-2.0
#include "hearth/metrics/classification/curves.h"

#include <cmath>
#include <limits>

#include "hearth/ops/creation.h"
#include "hearth/ops/histogram.h"
#include "hearth/ops/index.h"
#include "hearth/ops/searchsorted.h"
#include "hearth/ops/shape.h"
#include "hearth/ops/sort.h"
#include "hearth/ops/statistics.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

#include "metrics/classification/inputs.h"
#include "metrics/value_of.h"

namespace hearth::metrics {
namespace {

Tensor tensor_of(const Thresholds& thresholds) {
  // Float, as TorchMetrics': scores that are meant to equal a threshold mostly are floats.
  return thresholds.exact() ? Tensor() : tensor(thresholds.values(), kFloat);
}

std::string text_of(const Thresholds& thresholds) {
  if (thresholds.exact()) return "all scores";
  std::string text = "thresholds";
  for (const double t : thresholds.values()) text += cat_str(" ", t);
  return text;
}

void check_average(const char* name, Average average, bool micro) {
  HEARTH_CHECK_AS(ValueError, micro || average != Average::Micro, "[", name,
                  "] has no micro average over classes; Macro, Weighted and None are there");
}

/// (thresholds, classes, 2, 2): rows are the target, columns whether the score reaches the
/// threshold. Scores are put into the bins between thresholds, and bins are summed from above.
Tensor binned(const Tensor& scores, const Tensor& target, const Tensor& thresholds) {
  const int64_t n = thresholds.size(0), k = scores.size(1);
  Tensor bin = bucketize(scores, thresholds.to(scores.device(), scores.scalar_type()), false, true);
  bin = bin.masked_fill(scores.isnan(), 0);  // reaches no threshold
  const Tensor column = arange(k, bin.options()).unsqueeze(0);
  const Tensor place = (bin * k + column) * 2 + target;
  const Tensor counts =
      bincount(place.masked_select(target.ge(0)), {}, (n + 1) * k * 2).reshape({n + 1, k, 2});
  const Tensor reached = counts.flip({0}).cumsum(0).flip({0});
  const Tensor above = reached.slice(0, 1);
  return stack({reached.slice(0, 0, 1) - above, above}, -1);
}

CurveSettings::Growth growth_of(const Tensor& scores, const Tensor& positive) {
  const auto [sorted, order] = scores.sort(/*stable=*/true, 0, /*descending=*/true);
  const Tensor hits = positive.index_select(0, order).to(kLong).cumsum(0);
  const int64_t n = sorted.size(0);
  // The last of each run of equal scores. NaN differs from NaN, and comes first.
  const Tensor differ = sorted.slice(0, 1).ne(sorted.slice(0, 0, n - 1));
  const Tensor last =
      cat({differ.nonzero().squeeze(1), full({1}, n - 1, differ.options().dtype(kLong))});
  const Tensor tps = hits.index_select(0, last);
  const Tensor fps = last + 1 - tps;
  return {tps, fps, sorted.index_select(0, last).to(kDouble), tps[-1], fps[-1]};
}

/// The values at x of a function that is linear between the points (xp, fp).
Tensor interpolated(const Tensor& x, const Tensor& xp, const Tensor& fp) {
  const Tensor slope = safe_divide(fp.diff(), xp.diff());
  const Tensor offset = fp.slice(0, 0, -1) - slope * xp.slice(0, 0, -1);
  const Tensor place =
      searchsorted(std::get<0>(xp.sort()), x, false, true).sub(1).clamp(0, slope.size(0) - 1);
  return slope.index_select(0, place) * x + offset.index_select(0, place);
}

}  // namespace

Thresholds::Thresholds(int64_t n) {
  HEARTH_CHECK_AS(ValueError, n >= 2, "[Thresholds] expected at least 2 thresholds, got ", n);
  const Tensor values = linspace(0, 1, n, kFloat);
  for (int64_t i = 0; i < n; ++i) values_.push_back(values[i].item<double>());
}

Thresholds::Thresholds(std::vector<double> values) : values_(std::move(values)) {
  HEARTH_CHECK_AS(ValueError, !values_.empty(), "[Thresholds] the list is empty");
  for (size_t i = 0; i < values_.size(); ++i)
    HEARTH_CHECK_AS(ValueError,
                    values_[i] >= 0 && values_[i] <= 1 && (i == 0 || values_[i] > values_[i - 1]),
                    "[Thresholds] should ascend within [0, 1]; number ", i, " is ", values_[i]);
}

CurveSettings::CurveSettings(const char*, const BinaryCurveOptions& o)
    : key_(cat_str("curve (binary, ", text_of(o.thresholds()), ", ignore_index ",
                   metrics::text_of(o.ignore_index()), ", logits ", metrics::text_of(o.logits()),
                   ")")),
      task_(Binary),
      classes_(1),
      micro_(false),
      thresholds_(tensor_of(o.thresholds())),
      ignore_index_(o.ignore_index()),
      logits_(o.logits()) {}

CurveSettings::CurveSettings(const char* name, const MulticlassCurveOptions& o, bool micro)
    : key_(cat_str("curves (classes ", o.num_classes(), micro ? " as one" : "", ", ",
                   text_of(o.thresholds()), ", ignore_index ", metrics::text_of(o.ignore_index()),
                   ", logits ", metrics::text_of(o.logits()), ")")),
      task_(Multiclass),
      classes_(o.num_classes()),
      micro_(micro),
      thresholds_(tensor_of(o.thresholds())),
      ignore_index_(o.ignore_index()),
      logits_(o.logits()) {
  check_count(name, "num_classes", classes_);
}

CurveSettings::CurveSettings(const char* name, const MultilabelCurveOptions& o, bool micro)
    : key_(cat_str("curves (labels ", o.num_labels(), micro ? " as one" : "", ", ",
                   text_of(o.thresholds()), ", ignore_index ", metrics::text_of(o.ignore_index()),
                   ", logits ", metrics::text_of(o.logits()), ")")),
      task_(Multilabel),
      classes_(o.num_labels()),
      micro_(micro),
      thresholds_(tensor_of(o.thresholds())),
      ignore_index_(o.ignore_index()),
      logits_(o.logits()) {
  check_count(name, "num_labels", classes_);
}

std::vector<std::pair<const char*, Tensor>> CurveSettings::states() const {
  const bool one = micro_ || task_ == Binary;
  if (!exact()) return {{"confmat", zeros({thresholds_.size(0), one ? 1 : classes_, 2, 2}, kLong)}};
  return {{"preds", one ? zeros({0}) : zeros({0, classes_})},
          {"target", one || task_ == Multiclass ? zeros({0}, kLong) : zeros({0, classes_}, kLong)}};
}

std::vector<Tensor> CurveSettings::counted(const std::string& name, const Tensor& preds,
                                           const Tensor& target) const {
  ScoreInputs in = task_ == Binary ? binary_scores(name, preds, target, ignore_index_, logits_)
                   : task_ == Multiclass
                       ? multiclass_scores(name, preds, target, classes_, ignore_index_, logits_)
                       : multilabel_scores(name, preds, target, classes_, ignore_index_, logits_);
  if (micro_) {
    if (task_ == Multiclass) in.target = one_hot(in.target, classes_);
    const Tensor keep = in.target.ge(0);
    in = {in.scores.masked_select(keep), in.target.masked_select(keep)};
  }
  if (exact()) return {in.scores, in.target};
  if (in.scores.dim() == 1) {
    in = {in.scores.unsqueeze(1), in.target.unsqueeze(1)};
  } else if (task_ == Multiclass) {
    in.target = one_hot(in.target, classes_);
  }
  return {binned(in.scores, in.target, thresholds_)};
}

std::vector<CurveSettings::Growth> CurveSettings::growths(const std::string& name,
                                                          const Tensor* states) const {
  std::vector<Growth> all;
  if (!exact()) {
    const Tensor counts = states[0].flip({0});
    const Tensor thresholds = thresholds_.to(counts.device(), kDouble).flip({0});
    for (int64_t k = 0; k < counts.size(1); ++k) {
      const Tensor of_class = counts.select(1, k);
      const Tensor totals = of_class[0].sum(1);
      all.push_back({of_class.select(1, 1).select(1, 1), of_class.select(1, 0).select(1, 1),
                     thresholds, totals[1], totals[0]});
    }
    return all;
  }
  const Tensor &scores = states[0], &target = states[1];
  HEARTH_CHECK_AS(ValueError, scores.numel() > 0, "[", name,
                  "] there is no curve of nothing; update it with data first");
  if (scores.dim() == 1) return {growth_of(scores, target.eq(1))};
  for (int64_t k = 0; k < classes_; ++k) {
    Tensor column = scores.select(1, k);
    if (task_ == Multiclass) {
      all.push_back(growth_of(column, target.eq(k)));
      continue;
    }
    Tensor truth = target.select(1, k);
    const Tensor keep = truth.ge(0);
    truth = truth.masked_select(keep), column = column.masked_select(keep);
    HEARTH_CHECK_AS(ValueError, column.numel() > 0, "[", name, "] all targets of label ", k,
                    " are ignored, so it has no curve");
    all.push_back(growth_of(column, truth.eq(1)));
  }
  return all;
}

std::vector<PrecisionRecall> CurveSettings::precision_recall(const std::string& name,
                                                             const Tensor* states) const {
  std::vector<PrecisionRecall> curves;
  for (const Growth& g : growths(name, states)) {
    const Tensor tps = g.tps.to(kDouble);
    Tensor recall = tps / g.positives;
    // As TorchMetrics: without positives the recall is 1, but NaN of a class and of bins.
    if (exact() && (task_ != Multiclass || micro_) && g.positives.item<int64_t>() == 0)
      recall = ones_like(recall);
    const Tensor precision = tps / (g.tps + g.fps);
    curves.push_back({cat({precision.flip({0}), ones({1}, tps.options())}),
                      cat({recall.flip({0}), zeros({1}, tps.options())}), g.thresholds.flip({0})});
  }
  return curves;
}

std::vector<RocPoints> CurveSettings::roc(const std::string& name, const Tensor* states) const {
  std::vector<RocPoints> curves;
  for (const Growth& g : growths(name, states)) {
    RocPoints points{safe_divide(g.fps, g.negatives), safe_divide(g.tps, g.positives),
                     g.thresholds};
    if (exact()) {
      const Tensor zero = zeros({1}, points.fpr.options());
      points = {cat({zero, points.fpr}), cat({zero, points.tpr}), cat({zero + 1, g.thresholds})};
    }
    curves.push_back(std::move(points));
  }
  return curves;
}

Tensor CurveSettings::support(const std::string& name, const Tensor* states) const {
  std::vector<Tensor> positives;
  for (const Growth& g : growths(name, states)) positives.push_back(g.positives);
  return stack(positives).to(kDouble);
}

MulticlassPrecisionRecallCurve::MulticlassPrecisionRecallCurve(const MulticlassCurveOptions& o,
                                                               Average average)
    : CurveMetric("MulticlassPrecisionRecallCurve",
                  {"MulticlassPrecisionRecallCurve", o, average == Average::Micro}),
      average_(average) {}

std::vector<PrecisionRecall> MulticlassPrecisionRecallCurve::value() const {
  std::vector<PrecisionRecall> curves = precision_recall();
  if (average_ != Average::Macro) return curves;
  std::vector<Tensor> thresholds, precisions;
  for (const PrecisionRecall& c : curves) {
    thresholds.push_back(c.thresholds);
    precisions.push_back(c.precision);
  }
  const Tensor precision = std::get<0>(cat(precisions).sort());
  Tensor recall = zeros_like(precision);
  for (const PrecisionRecall& c : curves)
    recall = recall + interpolated(precision, c.precision, c.recall);
  return {{precision, recall / static_cast<double>(curves.size()),
           std::get<0>(cat(thresholds).sort())}};
}

MulticlassROC::MulticlassROC(const MulticlassCurveOptions& o, Average average)
    : CurveMetric("MulticlassROC", {"MulticlassROC", o, average == Average::Micro}),
      average_(average) {}

std::vector<RocPoints> MulticlassROC::value() const {
  std::vector<RocPoints> curves = roc();
  if (average_ != Average::Macro) return curves;
  std::vector<Tensor> thresholds, rates;
  for (const RocPoints& c : curves) {
    thresholds.push_back(c.thresholds);
    rates.push_back(c.fpr);
  }
  const Tensor fpr = std::get<0>(cat(rates).sort());
  Tensor tpr = zeros_like(fpr);
  for (const RocPoints& c : curves) tpr = tpr + interpolated(fpr, c.fpr, c.tpr);
  return {{fpr, tpr / static_cast<double>(curves.size()),
           std::get<0>(cat(thresholds).sort(-1, /*descending=*/true))}};
}

CurveScore::CurveScore(const char* name, const BinaryCurveOptions& options)
    : CurveMetric(name, {name, options}) {}

CurveScore::CurveScore(const char* name, const MulticlassCurveOptions& options, Average average)
    : CurveMetric(name, {name, options}), average_(average) {
  check_average(name, average, false);
}

CurveScore::CurveScore(const char* name, const MultilabelCurveOptions& options, Average average)
    : CurveMetric(name, {name, options, average == Average::Micro}) {
  if (average != Average::Micro) average_ = average;
}

Tensor CurveScore::value() const {
  const std::vector<Tensor> of_curves = scores();
  if (!average_) return of_curves.front();
  const Tensor all = stack(of_curves);
  if (average_ == Average::None) return all;
  const Tensor there = all.isnan().logical_not();
  const Tensor known = all.masked_select(there);
  if (average_ == Average::Macro) return known.mean();
  const Tensor weights = support().masked_select(there);
  return (known * safe_divide(weights, weights.sum())).sum();
}

std::vector<Tensor> AUROC::scores() const {
  std::vector<Tensor> areas;
  for (const RocPoints& c : roc()) areas.push_back(trapezoid(c.tpr, c.fpr));
  return areas;
}

BinaryAUROC::BinaryAUROC(const BinaryCurveOptions& options, std::optional<double> max_fpr)
    : AUROC("BinaryAUROC", options), max_fpr_(max_fpr) {
  HEARTH_CHECK_AS(ValueError, !max_fpr || (*max_fpr > 0 && *max_fpr <= 1),
                  "[BinaryAUROC] max_fpr should lie in (0, 1], it is ", *max_fpr);
}

std::vector<Tensor> BinaryAUROC::scores() const {
  if (!max_fpr_ || *max_fpr_ == 1) return AUROC::scores();
  const RocPoints c = roc().front();
  if (c.fpr.sum().item<double>() == 0 || c.tpr.sum().item<double>() == 0) return AUROC::scores();
  const double limit = *max_fpr_;
  const Tensor end = full({1}, limit, c.fpr.options());
  const auto stop = searchsorted(c.fpr, end, false, true).item<int64_t>();
  const Tensor part = (end - c.fpr[stop - 1]) / (c.fpr[stop] - c.fpr[stop - 1]);
  const Tensor at_end = c.tpr[stop - 1] + (c.tpr[stop] - c.tpr[stop - 1]) * part;
  const Tensor area =
      trapezoid(cat({c.tpr.slice(0, 0, stop), at_end}), cat({c.fpr.slice(0, 0, stop), end}));
  const double by_chance = 0.5 * limit * limit;
  return {((area - by_chance) / (limit - by_chance) + 1) * 0.5};
}

std::vector<Tensor> AveragePrecision::scores() const {
  std::vector<Tensor> all;
  for (const PrecisionRecall& c : precision_recall()) {
    const Tensor steps = c.recall.slice(0, 0, -1) - c.recall.slice(0, 1);
    const Tensor precision = c.precision.slice(0, 0, -1);
    // Of bins, 0 / 0 counts as 0; of a class that does not occur the result is NaN.
    all.push_back(!exact() ? (steps.nan_to_num(0.) * precision.nan_to_num(0.)).sum()
                           : (steps * precision).sum());
  }
  return all;
}

std::vector<Tensor> EER::scores() const {
  std::vector<Tensor> all;
  for (const RocPoints& c : roc()) {
    const Tensor fnr = 1 - c.tpr;
    const Tensor place = (c.fpr - fnr).abs().argmin(0, /*keepdim=*/true);
    all.push_back(((c.fpr + fnr) / 2).index_select(0, place).squeeze(0));
  }
  return all;
}

LogAUC::LogAUC(const char* name, const BinaryCurveOptions& options, Range fpr_range)
    : CurveScore(name, options), fpr_range_(fpr_range) {
  check();
}
LogAUC::LogAUC(const char* name, const MulticlassCurveOptions& options, Range fpr_range,
               Average average)
    : CurveScore(name, options, average), fpr_range_(fpr_range) {
  check();
}
LogAUC::LogAUC(const char* name, const MultilabelCurveOptions& options, Range fpr_range,
               Average average)
    : CurveScore(name, options, average), fpr_range_(fpr_range) {
  check();
}

void LogAUC::check() const {
  const auto [low, high] = fpr_range_;
  HEARTH_CHECK_AS(ValueError, low > 0 && low < high && high <= 1, "[", name(),
                  "] fpr_range should ascend within (0, 1], it is ", low, " to ", high);
}

std::vector<Tensor> LogAUC::scores() const {
  std::vector<Tensor> areas;
  for (const RocPoints& c : roc()) {
    const Tensor ends = tensor({fpr_range_.first, fpr_range_.second}, c.fpr.options());
    const Tensor fpr = std::get<0>(cat({c.fpr, ends}).sort());
    const Tensor tpr = std::get<0>(cat({c.tpr, interpolated(ends, c.fpr, c.tpr)}).sort());
    const Tensor past = searchsorted(fpr, ends, false, true);
    const auto from = past[0].item<int64_t>() - 1, to = past[1].item<int64_t>();
    areas.push_back(trapezoid(tpr.slice(0, from, to), fpr.slice(0, from, to).log10()) /
                    std::log10(fpr_range_.second / fpr_range_.first));
  }
  return areas;
}

void OperatingPointMetric::check() const {
  HEARTH_CHECK_AS(ValueError, least_ >= 0 && least_ <= 1, "[", name(),
                  "] the value to keep should lie in [0, 1], it is ", least_);
}

OperatingPoint OperatingPointMetric::value() const {
  struct Points {
    Tensor wanted, kept, thresholds;
  };
  std::vector<Points> curves;
  const bool of_roc =
      kind_ == Kind::SensitivityAtSpecificity || kind_ == Kind::SpecificityAtSensitivity;
  if (of_roc) {
    for (const RocPoints& c : roc()) {
      const Tensor specificity = 1 - c.fpr;
      curves.push_back(kind_ == Kind::SensitivityAtSpecificity
                           ? Points{c.tpr, specificity, c.thresholds}
                           : Points{specificity, c.tpr, c.thresholds});
    }
  } else {
    for (const PrecisionRecall& c : precision_recall()) {
      // The point (1, 0) at the end has no threshold.
      const Tensor precision = c.precision.slice(0, 0, -1), recall = c.recall.slice(0, 0, -1);
      curves.push_back(kind_ == Kind::RecallAtFixedPrecision
                           ? Points{recall, precision, c.thresholds}
                           : Points{precision, recall, c.thresholds});
    }
  }
  std::vector<Tensor> values, thresholds;
  for (const Points& p : curves) {
    const Tensor fits = p.kept.ge(least_).logical_and(p.wanted.isnan().logical_not());
    const Tensor wanted = p.wanted.masked_select(fits);
    double value = 0, threshold = of_roc ? 1e6 : std::numeric_limits<double>::quiet_NaN();
    if (wanted.numel() > 0) {
      value = wanted.max().item<double>();
      const Tensor best = wanted.eq(value);
      Tensor kept = p.kept.masked_select(fits).masked_select(best);
      Tensor at = p.thresholds.masked_select(fits).masked_select(best);
      // Of equal ones the first; for precision and recall, the one that keeps most, then the
      // highest threshold.
      if (of_roc) {
        threshold = at[0].item<double>();
      } else if (value > 0) {
        threshold = at.masked_select(kept.eq(kept.max())).max().item<double>();
      }
    }
    values.push_back(scalar_tensor(value, p.wanted.options()));
    thresholds.push_back(scalar_tensor(threshold, p.wanted.options()));
  }
  if (binary_) return {values.front(), thresholds.front()};
  return {stack(values), stack(thresholds)};
}

namespace functional {

PrecisionRecall binary_precision_recall_curve(const Tensor& preds, const Tensor& target,
                                              const BinaryCurveOptions& options) {
  return value_of(BinaryPrecisionRecallCurve(options), preds, target);
}
std::vector<PrecisionRecall> multiclass_precision_recall_curve(
    const Tensor& preds, const Tensor& target, const MulticlassCurveOptions& options,
    Average average) {
  return value_of(MulticlassPrecisionRecallCurve(options, average), preds, target);
}
std::vector<PrecisionRecall> multilabel_precision_recall_curve(
    const Tensor& preds, const Tensor& target, const MultilabelCurveOptions& options) {
  return value_of(MultilabelPrecisionRecallCurve(options), preds, target);
}
RocPoints binary_roc(const Tensor& preds, const Tensor& target, const BinaryCurveOptions& options) {
  return value_of(BinaryROC(options), preds, target);
}
std::vector<RocPoints> multiclass_roc(const Tensor& preds, const Tensor& target,
                                      const MulticlassCurveOptions& options, Average average) {
  return value_of(MulticlassROC(options, average), preds, target);
}
std::vector<RocPoints> multilabel_roc(const Tensor& preds, const Tensor& target,
                                      const MultilabelCurveOptions& options) {
  return value_of(MultilabelROC(options), preds, target);
}
Tensor binary_auroc(const Tensor& preds, const Tensor& target, const BinaryCurveOptions& options,
                    std::optional<double> max_fpr) {
  return value_of(BinaryAUROC(options, max_fpr), preds, target);
}
Tensor multiclass_auroc(const Tensor& preds, const Tensor& target,
                        const MulticlassCurveOptions& options, Average average) {
  return value_of(MulticlassAUROC(options, average), preds, target);
}
Tensor multilabel_auroc(const Tensor& preds, const Tensor& target,
                        const MultilabelCurveOptions& options, Average average) {
  return value_of(MultilabelAUROC(options, average), preds, target);
}
Tensor binary_average_precision(const Tensor& preds, const Tensor& target,
                                const BinaryCurveOptions& options) {
  return value_of(BinaryAveragePrecision(options), preds, target);
}
Tensor multiclass_average_precision(const Tensor& preds, const Tensor& target,
                                    const MulticlassCurveOptions& options, Average average) {
  return value_of(MulticlassAveragePrecision(options, average), preds, target);
}
Tensor multilabel_average_precision(const Tensor& preds, const Tensor& target,
                                    const MultilabelCurveOptions& options, Average average) {
  return value_of(MultilabelAveragePrecision(options, average), preds, target);
}
Tensor binary_eer(const Tensor& preds, const Tensor& target, const BinaryCurveOptions& options) {
  return value_of(BinaryEER(options), preds, target);
}
Tensor multiclass_eer(const Tensor& preds, const Tensor& target,
                      const MulticlassCurveOptions& options) {
  return value_of(MulticlassEER(options), preds, target);
}
Tensor multilabel_eer(const Tensor& preds, const Tensor& target,
                      const MultilabelCurveOptions& options) {
  return value_of(MultilabelEER(options), preds, target);
}
OperatingPoint binary_recall_at_fixed_precision(const Tensor& preds, const Tensor& target,
                                                double min_precision,
                                                const BinaryCurveOptions& options) {
  return value_of(BinaryRecallAtFixedPrecision(min_precision, options), preds, target);
}
OperatingPoint multiclass_recall_at_fixed_precision(const Tensor& preds, const Tensor& target,
                                                    double min_precision,
                                                    const MulticlassCurveOptions& options) {
  return value_of(MulticlassRecallAtFixedPrecision(min_precision, options), preds, target);
}
OperatingPoint multilabel_recall_at_fixed_precision(const Tensor& preds, const Tensor& target,
                                                    double min_precision,
                                                    const MultilabelCurveOptions& options) {
  return value_of(MultilabelRecallAtFixedPrecision(min_precision, options), preds, target);
}
OperatingPoint binary_precision_at_fixed_recall(const Tensor& preds, const Tensor& target,
                                                double min_recall,
                                                const BinaryCurveOptions& options) {
  return value_of(BinaryPrecisionAtFixedRecall(min_recall, options), preds, target);
}
OperatingPoint multiclass_precision_at_fixed_recall(const Tensor& preds, const Tensor& target,
                                                    double min_recall,
                                                    const MulticlassCurveOptions& options) {
  return value_of(MulticlassPrecisionAtFixedRecall(min_recall, options), preds, target);
}
OperatingPoint multilabel_precision_at_fixed_recall(const Tensor& preds, const Tensor& target,
                                                    double min_recall,
                                                    const MultilabelCurveOptions& options) {
  return value_of(MultilabelPrecisionAtFixedRecall(min_recall, options), preds, target);
}
OperatingPoint binary_sensitivity_at_specificity(const Tensor& preds, const Tensor& target,
                                                 double min_specificity,
                                                 const BinaryCurveOptions& options) {
  return value_of(BinarySensitivityAtSpecificity(min_specificity, options), preds, target);
}
OperatingPoint multiclass_sensitivity_at_specificity(const Tensor& preds, const Tensor& target,
                                                     double min_specificity,
                                                     const MulticlassCurveOptions& options) {
  return value_of(MulticlassSensitivityAtSpecificity(min_specificity, options), preds, target);
}
OperatingPoint multilabel_sensitivity_at_specificity(const Tensor& preds, const Tensor& target,
                                                     double min_specificity,
                                                     const MultilabelCurveOptions& options) {
  return value_of(MultilabelSensitivityAtSpecificity(min_specificity, options), preds, target);
}
OperatingPoint binary_specificity_at_sensitivity(const Tensor& preds, const Tensor& target,
                                                 double min_sensitivity,
                                                 const BinaryCurveOptions& options) {
  return value_of(BinarySpecificityAtSensitivity(min_sensitivity, options), preds, target);
}
OperatingPoint multiclass_specificity_at_sensitivity(const Tensor& preds, const Tensor& target,
                                                     double min_sensitivity,
                                                     const MulticlassCurveOptions& options) {
  return value_of(MulticlassSpecificityAtSensitivity(min_sensitivity, options), preds, target);
}
OperatingPoint multilabel_specificity_at_sensitivity(const Tensor& preds, const Tensor& target,
                                                     double min_sensitivity,
                                                     const MultilabelCurveOptions& options) {
  return value_of(MultilabelSpecificityAtSensitivity(min_sensitivity, options), preds, target);
}

Tensor binary_logauc(const Tensor& preds, const Tensor& target, const BinaryCurveOptions& options,
                     LogAUC::Range fpr_range) {
  return value_of(BinaryLogAUC(options, fpr_range), preds, target);
}
Tensor multiclass_logauc(const Tensor& preds, const Tensor& target,
                         const MulticlassCurveOptions& options, LogAUC::Range fpr_range,
                         Average average) {
  return value_of(MulticlassLogAUC(options, fpr_range, average), preds, target);
}
Tensor multilabel_logauc(const Tensor& preds, const Tensor& target,
                         const MultilabelCurveOptions& options, LogAUC::Range fpr_range,
                         Average average) {
  return value_of(MultilabelLogAUC(options, fpr_range, average), preds, target);
}

}  // namespace functional
}  // namespace hearth::metrics
