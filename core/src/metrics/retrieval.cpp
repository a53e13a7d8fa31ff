// SPDX-License-Identifier: Apache-2.0
#include "hearth/metrics/retrieval.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "hearth/ops/creation.h"

#include "metrics/value_of.h"

namespace hearth::metrics {
namespace {

enum { kIndexes, kPreds, kTarget };

double sum(const double* values, int64_t n) { return std::accumulate(values, values + n, 0.0); }

double aggregated(std::vector<double> values, QueryAggregation how) {
  if (values.empty()) return 0;
  const auto n = static_cast<std::ptrdiff_t>(values.size());
  switch (how) {
    case QueryAggregation::Median:
      // The lower of two middle ones, as torch.median.
      std::nth_element(values.begin(), values.begin() + (n - 1) / 2, values.end());
      return values[static_cast<size_t>((n - 1) / 2)];
    case QueryAggregation::Min:
      return *std::min_element(values.begin(), values.end());
    case QueryAggregation::Max:
      return *std::max_element(values.begin(), values.end());
    default:
      return sum(values.data(), n) / static_cast<double>(n);
  }
}

}  // namespace

RetrievalMetric::RetrievalMetric(const char* name, const RetrievalOptions& options, bool graded)
    : MetricOf(name,
               cat_str("all documents (ignored ",
                       options.ignore_index() ? std::to_string(*options.ignore_index()) : "none",
                       graded ? ", graded)" : ")")),
      options_(options),
      graded_(graded) {
  HEARTH_CHECK_AS(ValueError, !options.top_k() || *options.top_k() > 0, "[", name,
                  "] top_k should be above 0, it is ", *options.top_k());
  add_state("indexes", zeros({0}, kLong), Merge::Cat);
  add_state("preds", zeros({0}, kDouble), Merge::Cat);
  add_state("target", zeros({0}, kDouble), Merge::Cat);
}

void RetrievalMetric::accumulate(const Tensor& preds, const Tensor& target, const Tensor& indexes) {
  HEARTH_CHECK_AS(ShapeError, preds.sizes() == target.sizes() && preds.sizes() == indexes.sizes(),
                  "[", name(), "] preds, target and indexes should be of one shape, they have ",
                  preds.sizes(), ", ", target.sizes(), " and ", indexes.sizes());
  HEARTH_CHECK_AS(DtypeError, preds.is_floating_point(), "[", name(),
                  "] preds should be scores of a floating type, they are ", preds.scalar_type());
  HEARTH_CHECK_AS(DtypeError, indexes.scalar_type() == kLong, "[", name(),
                  "] indexes should be int64, they are ", indexes.scalar_type());
  Tensor p = preds.to(kDouble).flatten(), t = target.to(kDouble).flatten(), i = indexes.flatten();
  if (options_.ignore_index()) {
    const Tensor keep = t.ne(static_cast<double>(*options_.ignore_index()));
    p = p.masked_select(keep), t = t.masked_select(keep), i = i.masked_select(keep);
  }
  const bool fits = !(graded_ ? t.lt(0) : t.ne(0).logical_and(t.ne(1))).any().item<bool>();
  HEARTH_CHECK_AS(ValueError, fits, "[", name(), "] target should ",
                  graded_ ? "not be negative" : "be 0 or 1 everywhere");
  add(kIndexes, i);
  add(kPreds, p);
  add(kTarget, t);
}

int64_t RetrievalMetric::top(const Ranking& r) const {
  return std::min(options_.top_k().value_or(r.size), r.size);
}

bool RetrievalMetric::is_empty(const Ranking& r) const { return sum(r.targets, r.size) == 0; }

Tensor RetrievalMetric::value() const {
  // By query, and within it by falling score; equal scores as they came.
  Tensor order = state(kPreds).argsort(/*stable=*/true, 0, /*descending=*/true);
  order = order.index_select(0, state(kIndexes).index_select(0, order).argsort(/*stable=*/true, 0));
  const auto sorted = [&](size_t i) { return state(i).index_select(0, order).cpu().contiguous(); };
  const Tensor indexes = sorted(kIndexes), preds = sorted(kPreds), target = sorted(kTarget);
  const auto* query = indexes.const_data_ptr<int64_t>();
  const int64_t n = indexes.numel();
  std::vector<double> values;
  for (int64_t from = 0, to = 0; from < n; from = to) {
    while (to < n && query[to] == query[from]) ++to;
    const Ranking ranking{preds.const_data_ptr<double>() + from,
                          target.const_data_ptr<double>() + from, to - from};
    if (!is_empty(ranking)) {
      values.push_back(of_query(ranking));
      continue;
    }
    HEARTH_CHECK_AS(ValueError, options_.empty_target_action() != EmptyTargetAction::Error, "[",
                    name(), "] query ", query[from], " has no document that it asks for");
    if (options_.empty_target_action() != EmptyTargetAction::Skip)
      values.push_back(options_.empty_target_action() == EmptyTargetAction::Pos ? 1 : 0);
  }
  return scalar_tensor(aggregated(std::move(values), options_.aggregation()),
                       TensorOptions(kDouble).device(device()));
}

// As in TorchMetrics, a document with a score of 0 or less counts as not found in the first four.

double RetrievalMAP::of_query(const Ranking& r) const {
  double found = 0, precisions = 0;
  for (int64_t i = 0; i < top(r); ++i) {
    if (r.targets[i] <= 0 || r.scores[i] <= 0) continue;
    precisions += ++found / static_cast<double>(i + 1);
  }
  return found == 0 ? 0 : precisions / found;
}

double RetrievalMRR::of_query(const Ranking& r) const {
  for (int64_t i = 0; i < top(r); ++i)
    if (r.targets[i] > 0 && r.scores[i] > 0) return 1 / static_cast<double>(i + 1);
  return 0;
}

namespace {
double found_within(const RetrievalMetric::Ranking& r, int64_t k) {
  double found = 0;
  for (int64_t i = 0; i < k; ++i) found += r.scores[i] > 0 ? r.targets[i] : 0;
  return found;
}
}  // namespace

double RetrievalPrecision::of_query(const Ranking& r) const {
  const int64_t k = adaptive_k_ ? top(r) : options().top_k().value_or(r.size);
  return found_within(r, top(r)) / static_cast<double>(k);
}

double RetrievalRecall::of_query(const Ranking& r) const {
  return found_within(r, top(r)) / sum(r.targets, r.size);
}

double RetrievalHitRate::of_query(const Ranking& r) const {
  return sum(r.targets, top(r)) > 0 ? 1 : 0;
}

double RetrievalRPrecision::of_query(const Ranking& r) const {
  const double relevant = sum(r.targets, r.size);
  return sum(r.targets, static_cast<int64_t>(relevant)) / relevant;
}

bool RetrievalFallOut::is_empty(const Ranking& r) const {
  return sum(r.targets, r.size) == static_cast<double>(r.size);
}
double RetrievalFallOut::of_query(const Ranking& r) const {
  const auto irrelevant = [&](int64_t n) { return static_cast<double>(n) - sum(r.targets, n); };
  return irrelevant(top(r)) / irrelevant(r.size);
}

double RetrievalNormalizedDCG::of_query(const Ranking& r) const {
  const int64_t k = top(r);
  const auto discount = [&](int64_t i) {
    return i < k ? 1 / std::log2(static_cast<double>(i) + 2) : 0;
  };
  double gain = 0;
  for (int64_t from = 0, to = 0; from < r.size; from = to) {
    double discounts = 0;
    for (; to < r.size && r.scores[to] == r.scores[from]; ++to) discounts += discount(to);
    if (to == from) to = from + 1;  // NaN equals nothing
    gain += sum(r.targets + from, to - from) / static_cast<double>(to - from) * discounts;
  }
  std::vector<double> best(r.targets, r.targets + r.size);
  std::sort(best.begin(), best.end(), [](double a, double b) { return a > b; });
  double most = 0;
  for (int64_t i = 0; i < k; ++i) most += best[static_cast<size_t>(i)] * discount(i);
  return most == 0 ? 0 : gain / most;
}

double RetrievalAUROC::of_query(const Ranking& r) const {
  const int64_t k = top(r);
  double hits = 0, misses = 0, area = 0;
  for (int64_t from = 0, to = 0; from < k; from = to) {
    const double hits_before = hits, misses_before = misses;
    do {
      (r.targets[to] > 0 ? hits : misses) += 1;
      ++to;
    } while (to < k && r.scores[to] == r.scores[from]);
    area += (misses - misses_before) * (hits + hits_before) / 2;
  }
  return hits == 0 || misses == 0 ? 0 : area / hits / misses;
}

namespace functional {
namespace {

template <typename M>
Tensor of_one(const M& metric, const Tensor& preds, const Tensor& target) {
  HEARTH_CHECK_AS(ValueError, preds.defined() && preds.numel() > 0, "[", metric.name(),
                  "] preds should not be empty");
  return value_of(metric, preds, target, zeros_like(preds, kLong));
}
RetrievalOptions with(std::optional<int64_t> top_k) { return RetrievalOptions().top_k(top_k); }

}  // namespace

Tensor retrieval_average_precision(const Tensor& preds, const Tensor& target,
                                   std::optional<int64_t> top_k) {
  return of_one(RetrievalMAP(with(top_k)), preds, target);
}
Tensor retrieval_reciprocal_rank(const Tensor& preds, const Tensor& target,
                                 std::optional<int64_t> top_k) {
  return of_one(RetrievalMRR(with(top_k)), preds, target);
}
Tensor retrieval_precision(const Tensor& preds, const Tensor& target, std::optional<int64_t> top_k,
                           bool adaptive_k) {
  return of_one(RetrievalPrecision(with(top_k), adaptive_k), preds, target);
}
Tensor retrieval_recall(const Tensor& preds, const Tensor& target, std::optional<int64_t> top_k) {
  return of_one(RetrievalRecall(with(top_k)), preds, target);
}
Tensor retrieval_fall_out(const Tensor& preds, const Tensor& target, std::optional<int64_t> top_k) {
  return of_one(RetrievalFallOut(with(top_k)), preds, target);
}
Tensor retrieval_hit_rate(const Tensor& preds, const Tensor& target, std::optional<int64_t> top_k) {
  return of_one(RetrievalHitRate(with(top_k)), preds, target);
}
Tensor retrieval_normalized_dcg(const Tensor& preds, const Tensor& target,
                                std::optional<int64_t> top_k) {
  return of_one(RetrievalNormalizedDCG(with(top_k)), preds, target);
}
Tensor retrieval_r_precision(const Tensor& preds, const Tensor& target) {
  return of_one(RetrievalRPrecision(), preds, target);
}
Tensor retrieval_auroc(const Tensor& preds, const Tensor& target, std::optional<int64_t> top_k) {
  return of_one(RetrievalAUROC(with(top_k)), preds, target);
}

}  // namespace functional
}  // namespace hearth::metrics
