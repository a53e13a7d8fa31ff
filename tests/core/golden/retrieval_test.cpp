// SPDX-License-Identifier: Apache-2.0
#include "hearth/metrics/retrieval.h"

#include "core/golden/metrics.h"

namespace hearth::golden {
namespace {

using namespace hearth::metrics;

template <typename M>
RetrievalOptions options(Args& a) {
  RetrievalOptions o;
  if (std::is_same_v<M, RetrievalFallOut>) o.empty_target_action(EmptyTargetAction::Pos);
  if (a.has("empty_target_action"))
    o.empty_target_action(a.s("empty_target_action") == "pos" ? EmptyTargetAction::Pos
                                                              : EmptyTargetAction::Skip);
  if (a.has("aggregation"))
    o.aggregation(a.s("aggregation") == "median" ? QueryAggregation::Median
                  : a.s("aggregation") == "min"  ? QueryAggregation::Min
                                                 : QueryAggregation::Max);
  return o.top_k(a.maybe_i("top_k")).ignore_index(a.maybe_i("ignore_index"));
}

template <typename M>
Outputs of(Args& a) {
  return {as_float(value_by_parts(M(options<M>(a)), false, a[0], a[1], a[2]))};
}

const Table kTable = {
    {"RetrievalMAP", of<RetrievalMAP>},
    {"RetrievalMRR", of<RetrievalMRR>},
    {"RetrievalRecall", of<RetrievalRecall>},
    {"RetrievalHitRate", of<RetrievalHitRate>},
    {"RetrievalRPrecision", of<RetrievalRPrecision>},
    {"RetrievalFallOut", of<RetrievalFallOut>},
    {"RetrievalNormalizedDCG", of<RetrievalNormalizedDCG>},
    {"RetrievalAUROC", of<RetrievalAUROC>},
    {"RetrievalPrecision",
     [](Args& a) -> Outputs {
       const RetrievalPrecision metric(options<RetrievalPrecision>(a), a.b("adaptive_k", false));
       return {as_float(value_by_parts(metric, false, a[0], a[1], a[2]))};
     }},
};

HEARTH_GOLDEN_FAMILY(GoldenRetrieval, "retrieval", kTable);

}  // namespace
}  // namespace hearth::golden
