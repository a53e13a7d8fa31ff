// SPDX-License-Identifier: Apache-2.0
#include "hearth/metrics/regression.h"

#include "core/golden/metrics.h"

namespace hearth::golden {
namespace {

using namespace hearth::metrics;

template <typename M>
Outputs run(Args& a, const M& metric) {
  return {as_float(value_by_parts(metric, false, a[0], a[1]))};
}

int64_t outputs(Args& a) { return a[0].dim() == 2 ? a[0].size(1) : 1; }

Multioutput multioutput(Args& a) {
  if (!a.has("multioutput")) return Multioutput::UniformAverage;
  return a.s("multioutput") == "raw_values"        ? Multioutput::RawValues
         : a.s("multioutput") == "uniform_average" ? Multioutput::UniformAverage
                                                   : Multioutput::VarianceWeighted;
}

Reduce reduction(Args& a) {
  return a.s("reduction") == "sum"    ? Reduce::Sum
         : a.s("reduction") == "mean" ? Reduce::Mean
                                      : Reduce::None;
}

using Normalization = NormalizedRootMeanSquaredError::Normalization;
Normalization normalization(Args& a) {
  return a.s("normalization") == "mean"  ? Normalization::Mean
         : a.s("normalization") == "std" ? Normalization::Std
                                         : Normalization::L2;
}

const Table kTable = {
    {"mean_squared_error",
     [](Args& a) { return run(a, MeanSquaredError(a.b("squared"), a.i("num_outputs", 1))); }},
    {"mean_absolute_error",
     [](Args& a) { return run(a, MeanAbsoluteError(a.i("num_outputs", 1))); }},
    {"mean_absolute_percentage_error",
     [](Args& a) { return run(a, MeanAbsolutePercentageError()); }},
    {"symmetric_mean_absolute_percentage_error",
     [](Args& a) { return run(a, SymmetricMeanAbsolutePercentageError()); }},
    {"weighted_mean_absolute_percentage_error",
     [](Args& a) { return run(a, WeightedMeanAbsolutePercentageError()); }},
    {"mean_squared_log_error", [](Args& a) { return run(a, MeanSquaredLogError()); }},
    {"log_cosh_error", [](Args& a) { return run(a, LogCoshError(outputs(a))); }},
    {"tweedie_deviance_score", [](Args& a) { return run(a, TweedieDevianceScore(a.f("power"))); }},
    {"minkowski_distance", [](Args& a) { return run(a, MinkowskiDistance(a.f("p"))); }},
    {"critical_success_index",
     [](Args& a) { return run(a, CriticalSuccessIndex(a.f("threshold"))); }},
    {"normalized_root_mean_squared_error",
     [](Args& a) {
       return run(a, NormalizedRootMeanSquaredError(normalization(a), a.i("num_outputs", 1)));
     }},
    {"r2_score",
     [](Args& a) { return run(a, R2Score(a.i("adjusted", 0), multioutput(a), outputs(a))); }},
    {"explained_variance",
     [](Args& a) { return run(a, ExplainedVariance(multioutput(a), outputs(a))); }},
    {"relative_squared_error",
     [](Args& a) { return run(a, RelativeSquaredError(outputs(a), a.b("squared"))); }},
    {"pearson_corrcoef", [](Args& a) { return run(a, PearsonCorrCoef(outputs(a))); }},
    {"concordance_corrcoef", [](Args& a) { return run(a, ConcordanceCorrCoef(outputs(a))); }},
    {"spearman_corrcoef", [](Args& a) { return run(a, SpearmanCorrCoef(outputs(a))); }},
    {"kendall_rank_corrcoef",
     [](Args& a) { return run(a, KendallRankCorrCoef(a.s("variant")[0], outputs(a))); }},
    {"cosine_similarity", [](Args& a) { return run(a, CosineSimilarity(reduction(a))); }},
    {"kl_divergence",
     [](Args& a) { return run(a, KLDivergence(a.b("log_prob", false), reduction(a))); }},
    {"jensen_shannon_divergence",
     [](Args& a) { return run(a, JensenShannonDivergence(a.b("log_prob", false), reduction(a))); }},
};

HEARTH_GOLDEN_FAMILY(GoldenRegression, "regression", kTable);

}  // namespace
}  // namespace hearth::golden
