// SPDX-License-Identifier: Apache-2.0
// Metrics of ranked lists. `update(preds, target, indexes)`: scores, relevance (0 and 1; any number
// from 0 for nDCG) and the int64 number of the query that each belongs to, all of one shape. All
// data is kept; compute() sorts it and takes the mean over queries.
#pragma once

#include "hearth/base/arg.h"
#include "hearth/metrics/metric.h"

namespace hearth::metrics {

/// What the value of a query is that has nothing relevant (FallOut: nothing irrelevant).
enum class EmptyTargetAction { Neg, Pos, Skip, Error };  // 0, 1, left out, ValueError
/// How the values of queries become one.
enum class QueryAggregation { Mean, Median, Min, Max };

struct RetrievalOptions {
  HEARTH_ARG(EmptyTargetAction, empty_target_action) = EmptyTargetAction::Neg;
  /// Documents with this target are left out.
  HEARTH_ARG(std::optional<int64_t>, ignore_index);
  /// Only the first k documents count; all unless given.
  HEARTH_ARG(std::optional<int64_t>, top_k);
  HEARTH_ARG(QueryAggregation, aggregation) = QueryAggregation::Mean;
};

/// Base of this file's metrics.
class HEARTH_API RetrievalMetric : public MetricOf<Tensor, Tensor, Tensor, Tensor> {
 public:
  /// The documents of one query, best first.
  struct Ranking {
    const double* scores;
    const double* targets;
    int64_t size;
  };

 protected:
  RetrievalMetric(const char* name, const RetrievalOptions& options, bool graded = false);
  void accumulate(const Tensor& preds, const Tensor& target, const Tensor& indexes) override;
  Tensor value() const override;
  virtual double of_query(const Ranking& ranking) const = 0;
  /// Whether a query has what the metric asks for.
  virtual bool is_empty(const Ranking& ranking) const;
  /// How many of a query's documents count.
  int64_t top(const Ranking& ranking) const;
  const RetrievalOptions& options() const { return options_; }

 private:
  RetrievalOptions options_;
  bool graded_;
};

#define HEARTH_RETRIEVAL_METRIC(Name, defaults)                                                    \
  class HEARTH_API Name final : public RetrievalMetric {                                           \
   public:                                                                                         \
    explicit Name(const RetrievalOptions& options = defaults) : RetrievalMetric(#Name, options) {} \
                                                                                                   \
   private:                                                                                        \
    double of_query(const Ranking& ranking) const override;                                        \
  };

/// The mean precision at the relevant documents.
HEARTH_RETRIEVAL_METRIC(RetrievalMAP, {})
/// 1 / the place of the first relevant document.
HEARTH_RETRIEVAL_METRIC(RetrievalMRR, {})
/// The share of the relevant documents among the first k.
HEARTH_RETRIEVAL_METRIC(RetrievalRecall, {})
/// Whether there is a relevant document among the first k.
HEARTH_RETRIEVAL_METRIC(RetrievalHitRate, {})
/// The share of relevant documents among as many as there are relevant ones.
HEARTH_RETRIEVAL_METRIC(RetrievalRPrecision, {})
#undef HEARTH_RETRIEVAL_METRIC

/// How many of the first k are relevant, divided by k: with adaptive_k by no more than there are.
class HEARTH_API RetrievalPrecision final : public RetrievalMetric {
 public:
  explicit RetrievalPrecision(const RetrievalOptions& options = {}, bool adaptive_k = false)
      : RetrievalMetric("RetrievalPrecision", options), adaptive_k_(adaptive_k) {}

 private:
  double of_query(const Ranking& ranking) const override;
  bool adaptive_k_;
};

/// The share of the irrelevant documents among the first k. A query without any counts 1.
class HEARTH_API RetrievalFallOut final : public RetrievalMetric {
 public:
  explicit RetrievalFallOut(const RetrievalOptions& options =
                                RetrievalOptions().empty_target_action(EmptyTargetAction::Pos))
      : RetrievalMetric("RetrievalFallOut", options) {}

 private:
  double of_query(const Ranking& ranking) const override;
  bool is_empty(const Ranking& ranking) const override;
};

/// The discounted gain over the best one possible: sum of target / log2(place + 1). Documents of
/// equal scores share their gain.
class HEARTH_API RetrievalNormalizedDCG final : public RetrievalMetric {
 public:
  explicit RetrievalNormalizedDCG(const RetrievalOptions& options = {})
      : RetrievalMetric("RetrievalNormalizedDCG", options, /*graded=*/true) {}

 private:
  double of_query(const Ranking& ranking) const override;
};

/// The area under the ROC curve of the first k.
class HEARTH_API RetrievalAUROC final : public RetrievalMetric {
 public:
  explicit RetrievalAUROC(const RetrievalOptions& options = {})
      : RetrievalMetric("RetrievalAUROC", options) {}

 private:
  double of_query(const Ranking& ranking) const override;
};

/// Of one query.
namespace functional {

HEARTH_API Tensor retrieval_average_precision(const Tensor& preds, const Tensor& target,
                                              std::optional<int64_t> top_k = std::nullopt);
HEARTH_API Tensor retrieval_reciprocal_rank(const Tensor& preds, const Tensor& target,
                                            std::optional<int64_t> top_k = std::nullopt);
HEARTH_API Tensor retrieval_precision(const Tensor& preds, const Tensor& target,
                                      std::optional<int64_t> top_k = std::nullopt,
                                      bool adaptive_k = false);
HEARTH_API Tensor retrieval_recall(const Tensor& preds, const Tensor& target,
                                   std::optional<int64_t> top_k = std::nullopt);
HEARTH_API Tensor retrieval_fall_out(const Tensor& preds, const Tensor& target,
                                     std::optional<int64_t> top_k = std::nullopt);
HEARTH_API Tensor retrieval_hit_rate(const Tensor& preds, const Tensor& target,
                                     std::optional<int64_t> top_k = std::nullopt);
HEARTH_API Tensor retrieval_normalized_dcg(const Tensor& preds, const Tensor& target,
                                           std::optional<int64_t> top_k = std::nullopt);
HEARTH_API Tensor retrieval_r_precision(const Tensor& preds, const Tensor& target);
HEARTH_API Tensor retrieval_auroc(const Tensor& preds, const Tensor& target,
                                  std::optional<int64_t> top_k = std::nullopt);

}  // namespace functional
}  // namespace hearth::metrics
